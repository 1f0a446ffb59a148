/** The result of stepwise work in which nothing has to be waited for. */
export function toItsEnd<T>(steps: Generator<unknown, T>): T {
  let step = steps.next();
  while (!step.done) {
    step = steps.next();
  }
  return step.value;
}
