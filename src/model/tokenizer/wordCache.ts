/** Words remembered at most; with these the pools take 3 MB. */
const MOST_WORDS = 1 << 16;
const SLOTS = 2 * MOST_WORDS;
const MOST_UNITS = 1 << 19;
const MOST_TOKENS = 1 << 18;

/**
 * The tokens of words met before, found by a stretch of a text without cutting it out: a string cut out of a text keeps all of
 * that text in memory for as long as it is remembered. Emptied when full, so its memory is bounded.
 */
export class WordCache {
  /** Place of a word's number plus one by hash, probed linearly; 0 where there is none. */
  private readonly slots = new Int32Array(SLOTS);
  /** UTF-16 units of all words, one after the other. */
  private readonly units = new Uint16Array(MOST_UNITS);
  /** By word: where its units start; those of the next word are its end. */
  private readonly unitStarts = new Int32Array(MOST_WORDS + 1);
  private readonly tokenStarts = new Int32Array(MOST_WORDS + 1);
  private size = 0;
  /** Where the search for a word that is not there ended. */
  private freeSlot = 0;
  /** Tokens of all words; those of word w lie in [{@link start}(w), {@link end}(w)). */
  readonly tokens = new Int32Array(MOST_TOKENS);

  /** The number of the word that stands in text[from, to); −1 when it is not known. */
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

  /** Remembers the first `count` of `ids` for text[from, to), for which {@link find} was called last and found nothing. */
  add(text: string, from: number, to: number, ids: Int32Array, count: number): void {
    const { size, units, unitStarts, tokens, tokenStarts } = this;
    const unitEnd = unitStarts[size] + to - from;
    const tokenEnd = tokenStarts[size] + count;
    if (size === MOST_WORDS || unitEnd > MOST_UNITS || tokenEnd > MOST_TOKENS) {
      this.slots.fill(0);
      this.size = 0;
      // The next time that the word is met, there is room.
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
