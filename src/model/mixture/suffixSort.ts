/** Suffixes that agree in this many tokens count as equal: no context is longer. */
export const SORT_DEPTH = 64;
/** Below this size insertion sort is faster than another partition. */
const SMALL = 12;

/**
 * The positions of `tokens` in the order of what follows them, compared up to {@link SORT_DEPTH} tokens; a suffix that ends
 * sorts before one that goes on. Buckets by first token, then multikey quicksort (Bentley and Sedgewick, "Fast algorithms
 * for sorting and searching strings", 1997), so the time is O(n log n) for text and bounded by the depth for repetitive input.
 * @param bucketStarts [vocabSize + 1]; written: where the suffixes that begin with each token start in the result
 */
export function sortSuffixes(tokens: Uint16Array, bucketStarts: Uint32Array): Uint32Array {
  for (let i = 0; i < tokens.length; i++) {
    bucketStarts[tokens[i] + 1]++;
  }
  for (let token = 1; token < bucketStarts.length; token++) {
    bucketStarts[token] += bucketStarts[token - 1];
  }
  const order = new Uint32Array(tokens.length);
  const fill = bucketStarts.slice();
  for (let i = 0; i < tokens.length; i++) {
    order[fill[tokens[i]]++] = i;
  }
  for (let token = 0; token + 1 < bucketStarts.length; token++) {
    sortRange(tokens, order, bucketStarts[token], bucketStarts[token + 1], 1);
  }
  return order;
}

/** The token `depth` places after a position, plus one; 0 past the end, so that shorter suffixes come first. */
function keyAt(tokens: Uint16Array, position: number, depth: number): number {
  const at = position + depth;
  return at < tokens.length ? tokens[at] + 1 : 0;
}

/** Sorts order[from, to), whose suffixes agree in their first `depth` tokens. */
function sortRange(tokens: Uint16Array, order: Uint32Array, from: number, to: number, depth: number): void {
  while (to - from > 1 && depth < SORT_DEPTH) {
    if (to - from <= SMALL) {
      insertionSort(tokens, order, from, to, depth);
      return;
    }
    const pivot = medianKey(tokens, order, from, to, depth);
    let less = from;
    let more = to;
    for (let i = from; i < more;) {
      const key = keyAt(tokens, order[i], depth);
      if (key < pivot) {
        swap(order, i++, less++);
      } else if (key > pivot) {
        swap(order, i, --more);
      } else {
        i++;
      }
    }
    sortRange(tokens, order, from, less, depth);
    sortRange(tokens, order, more, to, depth);
    if (pivot === 0) {
      return;
    }
    from = less;
    to = more;
    depth++;
  }
}

function swap(order: Uint32Array, a: number, b: number): void {
  const kept = order[a];
  order[a] = order[b];
  order[b] = kept;
}

function medianKey(tokens: Uint16Array, order: Uint32Array, from: number, to: number, depth: number): number {
  const a = keyAt(tokens, order[from], depth);
  const b = keyAt(tokens, order[(from + to) >>> 1], depth);
  const c = keyAt(tokens, order[to - 1], depth);
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}

function insertionSort(
  tokens: Uint16Array,
  order: Uint32Array,
  from: number,
  to: number,
  depth: number,
): void {
  for (let i = from + 1; i < to; i++) {
    const position = order[i];
    let at = i;
    while (at > from && isBefore(tokens, position, order[at - 1], depth)) {
      order[at] = order[at - 1];
      at--;
    }
    order[at] = position;
  }
}

function isBefore(tokens: Uint16Array, a: number, b: number, depth: number): boolean {
  for (let d = depth; d < SORT_DEPTH; d++) {
    const left = keyAt(tokens, a, d);
    const right = keyAt(tokens, b, d);
    if (left !== right) {
      return left < right;
    }
    if (left === 0) {
      return false;
    }
  }
  return false;
}
