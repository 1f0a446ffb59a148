/** Most words that are cached; the arrays take 3 MB. */
const MOST_WORDS = 1 << 16;
const SLOTS = 2 * MOST_WORDS;
const MOST_UNITS = 1 << 19;
const MOST_TOKENS = 1 << 18;

/**
 * Caches the tokens of words. A word is looked up in its text without being sliced out, as a slice that is kept as a key would
 * keep the whole text in memory. The cache is emptied when it is full, so its memory is bounded.
 */
export class WordCache {
  /** By hash, with linear probing: a word's number plus one; 0 where a slot is free. */
  private readonly slots = new Int32Array(SLOTS);
  /** UTF-16 units of all words, one after the other. */
  private readonly units = new Uint16Array(MOST_UNITS);
  /** By word: where its units start, which is where those of the word before end. */
  private readonly unitStarts = new Int32Array(MOST_WORDS + 1);
  private readonly tokenStarts = new Int32Array(MOST_WORDS + 1);
  private size = 0;
  /** The free slot where the last unsuccessful {@link find} ended. */
  private freeSlot = 0;
  /** Tokens of all words; those of word w lie in [{@link start}(w), {@link end}(w)). */
  readonly tokens = new Int32Array(MOST_TOKENS);

  /** The number of the word text[from, to); −1 when it is not cached. */
  find(text: string, from: number, to: number): number {
    const { slots, units, unitStarts } = this;
    let hash = to - from;
    for (let at = from; at < to; at++) {
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & (SLOTS - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
      const word = slots[slot] - 1;
      const start = unitStarts[word];
      if (unitStarts[word + 1] - start === to - from) {
        let same = 0;
        while (from + same < to && units[start + same] === text.charCodeAt(from + same)) {
          same++;
        }
        if (from + same === to) {
          return word;
        }
      }
    }
    this.freeSlot = slot;
    return -1;
  }

  start(word: number): number {
    return this.tokenStarts[word];
  }

  end(word: number): number {
    return this.tokenStarts[word + 1];
  }

  /** Caches the first `count` of `ids` for text[from, to); {@link find} must have been called last for it, and found nothing. */
  add(text: string, from: number, to: number, ids: Int32Array, count: number): void {
    const { size, units, unitStarts, tokens, tokenStarts } = this;
    const unitEnd = unitStarts[size] + to - from;
    const tokenEnd = tokenStarts[size] + count;
    if (size === MOST_WORDS || unitEnd > MOST_UNITS || tokenEnd > MOST_TOKENS) {
      this.slots.fill(0);
      this.size = 0;
      // There is room for the word the next time that it occurs.
      return;
    }
    this.slots[this.freeSlot] = size + 1;
    for (let at = from; at < to; at++) {
      units[unitStarts[size] + at - from] = text.charCodeAt(at);
    }
    for (let i = 0; i < count; i++) {
      tokens[tokenStarts[size] + i] = ids[i];
    }
    unitStarts[size + 1] = unitEnd;
    tokenStarts[size + 1] = tokenEnd;
    this.size++;
  }
}
