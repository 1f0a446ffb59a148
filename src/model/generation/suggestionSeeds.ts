/** The first tokens that the search for ghost text goes on from. */
import type { Seed } from './beamSearch';
import type { HealedStart } from './healedStart';

/** Name of the expert whose likeliest token starts one more beam. */
const COPY_EXPERT = 'copy';
/** First bytes of a line break. */
const LINE_BREAKS: readonly number[] = [0x0a, 0x0d];

/**
 * The likeliest first tokens, and the copy expert's own choice.
 * @param reserved how many of the likeliest are followed whatever else is likelier; one of them is the greedy candidate
 */
export function seedsOf(
  start: HealedStart,
  { width, reserved, minProbability }: { width: number; reserved: number; minProbability: number },
): Seed[] {
  const seeds: Seed[] = [];
  for (const { candidate, probability } of start.mostLikely(width)) {
    if (probability >= minProbability) {
      seeds.push({ candidate, logProb: Math.log(probability), reserved: seeds.length < reserved });
    }
  }
  const copied = seeds.length > 0 ? copySeed(start) : null;
  if (copied === null || copied.logProb < Math.log(minProbability)) {
    return seeds;
  }
  return [...seeds.filter(({ candidate }) => candidate !== copied.candidate), copied];
}

function copySeed(start: HealedStart): Seed | null {
  const branch = start.likeliestBranch();
  const copy = start.model.explain(branch.state).find(({ name }) => name === COPY_EXPERT);
  if (copy === undefined) {
    return null;
  }
  let best = -1;
  start.candidates.forEach((candidate, i) => {
    const isLikelier = best < 0 || copy.probs[candidate.tokenId] > copy.probs[start.candidates[best].tokenId];
    best = candidate.branch === branch && isLikelier ? i : best;
  });
  return start.isEncoding(start.candidates[best])
    ? { candidate: start.candidates[best], logProb: Math.log(start.probs[best]), reserved: true }
    : null;
}

/** Whether, by these seeds, it is likelier than not that nothing more stands in the line. */
export function doesLineEnd(start: HealedStart, seeds: readonly Seed[]): boolean {
  const { endOfTextId } = start.tokenizer;
  const ends = seeds.filter(
    ({ candidate }) =>
      candidate.tokenId === endOfTextId || LINE_BREAKS.includes(start.newBytes(candidate)[0]),
  );
  return ends.reduce((sum, { logProb }) => sum + Math.exp(logProb), 0) > 0.5;
}
