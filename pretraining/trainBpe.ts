import { Tokenizer } from '../src/model/tokenizer/tokenizer';

/**
 * Learns byte-pair merges from word counts (Sennrich et al., arXiv 1508.07909). Ties go to the pair met first, so the
 * same counts in the same order give the same tokenizer.
 * @param wordCounts pre-tokens (see preTokenize) and how often each occurs
 * @param vocabSize number of tokens wanted, at least 257: end of text, the 256 bytes, then merges
 * @returns a tokenizer of so many tokens, or of fewer where the words have no more pairs to merge
 * @throws RangeError for fewer than 257 or no whole number
 */
export function trainBpe(wordCounts: ReadonlyMap<string, number>, vocabSize: number): Tokenizer {
  if (!Number.isInteger(vocabSize) || vocabSize < 257) {
    throw new RangeError(`A byte-level vocabulary has at least 257 tokens, not ${vocabSize}.`);
  }
  const tokens: Uint8Array[] = [
    new Uint8Array(),
    ...Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)),
  ];
  const merges: [number, number][] = [];
  const words: number[][] = [];
  const counts: number[] = [];
  const encoder = new TextEncoder();
  for (const [word, count] of wordCounts) {
    words.push(Array.from(encoder.encode(word), (byte) => byte + 1));
    counts.push(count);
  }
  const pairs = new PairIndex(vocabSize);
  words.forEach((word, index) => {
    pairs.add(word, index, counts[index]);
  });
  while (tokens.length < vocabSize) {
    const best = pairs.mostFrequent();
    if (best === null) {
      break;
    }
    const [left, right] = best;
    const merged = tokens.length;
    merges.push([left, right]);
    tokens.push(Uint8Array.from([...tokens[left], ...tokens[right]]));
    for (const index of pairs.wordsWith(left, right)) {
      const word = words[index];
      pairs.remove(word, counts[index]);
      for (let i = 0; i + 1 < word.length; i++) {
        if (word[i] === left && word[i + 1] === right) {
          word.splice(i, 2, merged);
        }
      }
      pairs.add(word, index, counts[index]);
    }
    pairs.forget(left, right);
  }
  return new Tokenizer({ tokens, merges, endOfTextId: 0 });
}

/** Counts of neighbouring tokens, and the words that (may) hold each pair. */
class PairIndex {
  private readonly counts = new Map<number, number>();
  private readonly words = new Map<number, Set<number>>();

  constructor(private readonly vocabSize: number) {}

  add(word: readonly number[], index: number, count: number): void {
    for (let i = 0; i + 1 < word.length; i++) {
      const key = word[i] * this.vocabSize + word[i + 1];
      this.counts.set(key, (this.counts.get(key) ?? 0) + count);
      const holders = this.words.get(key);
      if (holders) holders.add(index);
      else this.words.set(key, new Set([index]));
    }
  }

  remove(word: readonly number[], count: number): void {
    for (let i = 0; i + 1 < word.length; i++) {
      const key = word[i] * this.vocabSize + word[i + 1];
      const left = (this.counts.get(key) ?? 0) - count;
      if (left > 0) this.counts.set(key, left);
      else this.counts.delete(key);
    }
  }

  forget(left: number, right: number): void {
    const key = left * this.vocabSize + right;
    this.counts.delete(key);
    this.words.delete(key);
  }

  wordsWith(left: number, right: number): number[] {
    return [...(this.words.get(left * this.vocabSize + right) ?? [])];
  }

  mostFrequent(): [number, number] | null {
    let bestKey = -1;
    let bestCount = 1;
    for (const [key, count] of this.counts) {
      if (count > bestCount) {
        bestKey = key;
        bestCount = count;
      }
    }
    return bestKey < 0 ? null : [Math.floor(bestKey / this.vocabSize), bestKey % this.vocabSize];
  }
}
