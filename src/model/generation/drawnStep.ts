/** Draws a token after a text, as the sampling options say. */
import type { MixtureModel, MixtureState } from '../mixtureModel';
import type { SamplingOptions } from '../samplingOptions';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { HealedStart } from './healedStart';
import { sample } from './sampler';
import { suppress } from './samplerStages';
import { appendBytes, NOTHING_DECODED, type DecodedText } from './wholeCharacters';

export interface GrownText {
  readonly state: MixtureState;
  readonly decoded: DecodedText;
}

export interface Step extends GrownText {
  readonly tokenId: number;
}

/** The first token; null when it is the end of the text, or nothing else can come. */
export function startAt(
  start: HealedStart,
  mayEnd: boolean,
  recent: readonly number[],
  options: SamplingOptions,
  random: () => number,
): Step | null {
  if (!mayEnd && !start.suppressEnd()) {
    return null;
  }
  const { candidates, probs, tokenizer } = start;
  const repeated = new Set(recent);
  const repeatedCandidates = candidates.flatMap(({ tokenId }, i) => (repeated.has(tokenId) ? [i] : []));
  const drawn = drawUsable(probs.slice(), repeatedCandidates, options, random, (index) => {
    const candidate = candidates[index];
    const decoded = start.isEncoding(candidate)
      ? appendBytes(NOTHING_DECODED, start.newBytes(candidate))
      : null;
    return decoded && { candidate, decoded };
  });
  if (drawn === null || drawn.candidate.tokenId === tokenizer.endOfTextId) {
    return null;
  }
  const { candidate, decoded } = drawn;
  return { tokenId: candidate.tokenId, state: start.stateAfter(candidate), decoded };
}

/** The next token; null when it is the end of the text, or nothing else can come. @param probs [vocabSize], is overwritten */
export function continueFrom(
  model: MixtureModel,
  tokenizer: Tokenizer,
  grown: GrownText,
  probs: Float32Array,
  mayEnd: boolean,
  recent: readonly number[],
  options: SamplingOptions,
  random: () => number,
): Step | null {
  model.predict(grown.state, probs);
  if (!mayEnd && !suppress(probs, tokenizer.endOfTextId)) {
    return null;
  }
  const drawn = drawUsable(probs, recent, options, random, (tokenId) => {
    const decoded = appendBytes(grown.decoded, tokenizer.tokenBytes(tokenId));
    return decoded && { tokenId, decoded };
  });
  return drawn === null || drawn.tokenId === tokenizer.endOfTextId
    ? null
    : { ...drawn, state: model.next(grown.state, drawn.tokenId) };
}

/** Draws until an entry is usable; unusable ones are left out of the following draws. Null when none is usable. */
function drawUsable<T>(
  probs: Float32Array,
  repeated: readonly number[],
  options: SamplingOptions,
  random: () => number,
  usable: (index: number) => T | null,
): T | null {
  for (;;) {
    const index = sample(probs.slice(), repeated, options, random);
    const found = usable(index);
    if (found !== null) {
      return found;
    }
    if (!suppress(probs, index)) {
      return null;
    }
  }
}
