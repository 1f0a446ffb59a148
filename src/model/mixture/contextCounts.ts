import type { Visit } from './textIndex';

/**
 * How often each token followed one context, added up over scopes. The arrays are dense, so that adding and reading take constant
 * time, and reused: {@link clear} resets only the entries that were written.
 */
export class ContextCounts {
  /** [vocabSize]; weighted counts. */
  private readonly counts: Float64Array;
  private readonly listed: Uint8Array;
  private readonly tokenIds: Uint16Array;
  private size = 0;
  /** Length of the context in tokens. */
  contextLength = 0;
  /** Sum of the counts. */
  total = 0;
  /** Number of tokens with a count. */
  distinct = 0;
  /** Sum of the discounted counts. */
  discountedTotal = 0;
  /** The token with the highest count. */
  mostLikely = 0;
  /** Its share of {@link total}, 0 to 1. */
  mostLikelyShare = 0;

  constructor(
    vocabSize: number,
    /** Taken from each count, 0 to 1: absolute discounting (Ney, Essen and Kneser 1994). */
    private readonly discount: number,
  ) {
    this.counts = new Float64Array(vocabSize);
    this.listed = new Uint8Array(vocabSize);
    this.tokenIds = new Uint16Array(vocabSize);
  }

  clear(contextLength: number): void {
    for (let i = 0; i < this.size; i++) {
      this.counts[this.tokenIds[i]] = 0;
      this.listed[this.tokenIds[i]] = 0;
    }
    this.size = 0;
    this.contextLength = contextLength;
    this.total = 0;
    this.distinct = 0;
    this.discountedTotal = 0;
  }

  /** Adds counts of one scope, each times `weight`; a negative weight subtracts text that another scope should not include. */
  adder(weight: number): Visit {
    return (tokenId, count) => {
      if (this.listed[tokenId] === 0) {
        this.listed[tokenId] = 1;
        this.tokenIds[this.size++] = tokenId;
      }
      this.counts[tokenId] += weight * count;
    };
  }

  /** To be called once all scopes are added. */
  finish(): void {
    let highest = 0;
    for (let i = 0; i < this.size; i++) {
      const count = this.counts[this.tokenIds[i]];
      if (count > 0) {
        if (count > highest) {
          highest = count;
          this.mostLikely = this.tokenIds[i];
        }
        this.total += count;
        this.distinct++;
        this.discountedTotal += this.discounted(count);
      }
    }
    this.mostLikelyShare = highest / this.total;
  }

  /** p(token | context) by the discounted counts alone; they sum to one over the tokens seen. */
  probability(tokenId: number): number {
    const count = this.counts[tokenId];
    return count > 0 ? this.discounted(count) / this.discountedTotal : 0;
  }

  /** Adds `weight` times the distribution to `probs`. */
  addTo(probs: Float32Array | Float64Array, weight: number): void {
    const scale = weight / this.discountedTotal;
    for (let i = 0; i < this.size; i++) {
      const tokenId = this.tokenIds[i];
      const count = this.counts[tokenId];
      if (count > 0) {
        probs[tokenId] += scale * this.discounted(count);
      }
    }
  }

  private discounted(count: number): number {
    return count - this.discount * Math.min(1, count);
  }
}
