/** Compares sequences of numbers: tokens, bytes, lengths. */

/** How many first elements two sequences have in common. */
export function commonPrefixLength(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) {
    length++;
  }
  return length;
}

export const beginsWith = (whole: ArrayLike<number>, beginning: ArrayLike<number>): boolean =>
  commonPrefixLength(whole, beginning) === beginning.length;

export const isEqual = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && beginsWith(a, b);
