/**
 * Turns shares of a whole, 0 to 1, into the increments in percent of a progress notification. VS Code adds them up and takes a negative
 * one for a progress of unknown length, so that none is given where a training goes on from an earlier point.
 */
export function progressIncrements(): (share: number) => number {
  let shown = 0;
  return (share) => {
    const increment = Math.max(0, 100 * share - shown);
    shown += increment;
    return increment;
  };
}
