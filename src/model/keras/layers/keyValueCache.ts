const STEPS_PER_CHUNK = 32;

interface Chunk {
  /** [STEPS_PER_CHUNK, keySize] */
  readonly keys: Float32Array;
  /** [STEPS_PER_CHUNK, valueSize] */
  readonly values: Float32Array;
  /** [STEPS_PER_CHUNK], 0 where the step is padding. */
  readonly mask: Uint8Array;
  /** Steps written. A cache that ends before them does not see them. */
  used: number;
}

/**
 * Keys and values of the steps so far: an immutable value, to which a step is appended without copying the others. Caches that
 * continue one another share their chunks; the last chunk is copied only if another sequence has already written the next step in it.
 */
export class KeyValueCache {
  private constructor(
    readonly length: number,
    readonly chunks: readonly Chunk[],
    private readonly keySize: number,
    private readonly valueSize: number,
  ) {}

  static empty(keySize: number, valueSize: number): KeyValueCache {
    return new KeyValueCache(0, [], keySize, valueSize);
  }

  /**
   * @param keys [count, keySize]
   * @param values [count, valueSize]
   * @param mask [count]
   */
  append(keys: Float32Array, values: Float32Array, mask: Uint8Array, count: number): KeyValueCache {
    const { keySize, valueSize } = this;
    const chunks = this.chunks.slice();
    let length = this.length;
    for (let step = 0; step < count; step++, length++) {
      const place = length % STEPS_PER_CHUNK;
      if (place === 0) {
        chunks.push(this.chunk(null, 0));
      } else if (chunks[chunks.length - 1].used > place) {
        chunks[chunks.length - 1] = this.chunk(chunks[chunks.length - 1], place);
      }
      const chunk = chunks[chunks.length - 1];
      chunk.keys.set(keys.subarray(step * keySize, (step + 1) * keySize), place * keySize);
      chunk.values.set(values.subarray(step * valueSize, (step + 1) * valueSize), place * valueSize);
      chunk.mask[place] = mask[step];
      chunk.used = place + 1;
    }
    return new KeyValueCache(length, chunks, keySize, valueSize);
  }

  private chunk(copied: Chunk | null, used: number): Chunk {
    return {
      keys: copied?.keys.slice() ?? new Float32Array(STEPS_PER_CHUNK * this.keySize),
      values: copied?.values.slice() ?? new Float32Array(STEPS_PER_CHUNK * this.valueSize),
      mask: copied?.mask.slice() ?? new Uint8Array(STEPS_PER_CHUNK),
      used,
    };
  }
}

/** How well a query fits a key: the arrays, and where their vectors of `size` begin. */
export type Score = (
  query: Float32Array,
  queryAt: number,
  keys: Float32Array,
  keyAt: number,
  size: number,
) => number;

export const dotProduct: Score = (query, queryAt, keys, keyAt, size) => {
  let total = 0;
  for (let i = 0; i < size; i++) {
    total += query[queryAt + i] * keys[keyAt + i];
  }
  return total;
};

/** Attention of several heads over a cache; reuses its scratch memory. */
export class AttentionHeads {
  private scores = new Float64Array(64);
  private readonly keySize: number;
  private readonly valueSize: number;

  /**
   * @param headKeySize floats of a query or key in one head
   * @param headValueSize floats of a value in one head
   */
  constructor(
    private readonly heads: number,
    private readonly headKeySize: number,
    private readonly headValueSize: number,
    private readonly scale: number,
    private readonly score: Score,
  ) {
    this.keySize = heads * headKeySize;
    this.valueSize = heads * headValueSize;
  }

  emptyCache(): KeyValueCache {
    return KeyValueCache.empty(this.keySize, this.valueSize);
  }

  /**
   * Writes, for one query, the sum of the values weighted by the softmax of its scores over the first `visible` steps, without padding.
   * A query that sees nothing but padding, or nothing, weighs all steps of the cache alike, later ones and padding too: Keras lowers
   * all scores by the same amount then.
   * @param output [valueSize] from `outputAt` on
   */
  attend(
    query: Float32Array,
    queryAt: number,
    cache: KeyValueCache,
    visible: number,
    output: Float32Array,
    outputAt: number,
  ): void {
    const { length } = cache;
    if (this.scores.length < length) {
      this.scores = new Float64Array(2 * length);
    }
    output.fill(0, outputAt, outputAt + this.valueSize);
    for (let head = 0; head < this.heads; head++) {
      const total = this.weigh(query, queryAt + head * this.headKeySize, head, cache, visible);
      const begin = outputAt + head * this.headValueSize;
      for (let step = 0; step < length; step++) {
        const weight = this.scores[step] / total;
        if (weight === 0) {
          continue;
        }
        const { values } = cache.chunks[Math.floor(step / STEPS_PER_CHUNK)];
        const at = (step % STEPS_PER_CHUNK) * this.valueSize + head * this.headValueSize;
        for (let i = 0; i < this.headValueSize; i++) {
          output[begin + i] += weight * values[at + i];
        }
      }
    }
  }

  /** Writes each step's weight, exp(score − largest) or zero, into `scores` and returns their sum. */
  private weigh(
    query: Float32Array,
    queryAt: number,
    head: number,
    cache: KeyValueCache,
    visible: number,
  ): number {
    const { scores, score, scale, keySize, headKeySize } = this;
    let largest = -Infinity;
    for (let step = 0; step < visible; step++) {
      const { keys, mask } = cache.chunks[Math.floor(step / STEPS_PER_CHUNK)];
      const place = step % STEPS_PER_CHUNK;
      scores[step] =
        mask[place] === 0
          ? -Infinity
          : scale * score(query, queryAt, keys, place * keySize + head * headKeySize, headKeySize);
      largest = Math.max(largest, scores[step]);
    }
    if (largest === -Infinity) {
      scores.fill(1, 0, cache.length);
      return cache.length;
    }
    scores.fill(0, visible, cache.length);
    let total = 0;
    for (let step = 0; step < visible; step++) {
      total += scores[step] = Math.exp(scores[step] - largest);
    }
    return total;
  }
}
