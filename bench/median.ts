/** The middle one of the values in order; of an even number of them the upper of the two. Undefined of none. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1];
