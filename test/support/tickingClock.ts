/** A clock that advances by so many milliseconds each time it is read, so that a training does the same on any machine. */
export function tickingClock(milliseconds: number): () => number {
  let time = 0;
  return () => (time += milliseconds);
}
