/** How often each token was read, whatever came before it. */
export class TokenCounts {
  /** [vocabSize] */
  readonly counts: Float64Array;
  total = 0;

  constructor(vocabSize: number) {
    this.counts = new Float64Array(vocabSize);
  }

  /** Adds `weight` for each token; a negative weight subtracts. */
  add(tokens: ArrayLike<number>, weight: number): void {
    for (let i = 0; i < tokens.length; i++) {
      this.counts[tokens[i]] += weight;
    }
    this.total += weight * tokens.length;
  }
}
