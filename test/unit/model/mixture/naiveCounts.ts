import fc from 'fast-check';

/** Lists of few different tokens, so that contexts repeat. */
export function fewTokens(vocabSize: number, maxLength: number): fc.Arbitrary<number[]> {
  return fc.array(fc.nat(vocabSize - 1), { maxLength, size: 'max' });
}

/** What follows `context` in `text` and how often, by reading it from end to end. */
export function countContinuations(text: readonly number[], context: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (let next = context.length; next < text.length; next++) {
    if (context.every((tokenId, i) => text[next - context.length + i] === tokenId)) {
      counts.set(text[next], (counts.get(text[next]) ?? 0) + 1);
    }
  }
  return counts;
}
