/** Draws a token after a text, as the sampling options say. */
import type { MixtureModel, MixtureState } from '../mixtureModel';
import type { SamplingOptions } from '../samplingOptions';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { Candidate, HealedStart } from './healedStart';
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
  tokenizer: Tokenizer,
  mayEnd: boolean,
  recent: readonly number[],
  options: SamplingOptions,
  random: () => number,
): Step | null {
  if (!mayEnd && !start.suppressEnd()) {
    return null;
  }
  const probs = start.probs.slice();
  const repeated = new Set(recent);
  const repeatedCandidates = start.candidates.flatMap(({ tokenId }, i) => (repeated.has(tokenId) ? [i] : []));
  const chosen = drawUsable(probs, repeatedCandidates, options, random, (index): Candidate | null => {
    const candidate = start.candidates[index];
    return start.isEncoding(candidate) && appendBytes(NOTHING_DECODED, start.newBytes(candidate))
      ? candidate
      : null;
  });
  return chosen === null || chosen.tokenId === tokenizer.endOfTextId
    ? null
    : {
        tokenId: chosen.tokenId,
        state: start.stateAfter(chosen),
        decoded: appendBytes(NOTHING_DECODED, start.newBytes(chosen))!,
      };
}

/** The next token; null when it is the end of the text, or nothing else can come. @param probs [vocabSize], is overwritten */
export function continueFrom(
  model: MixtureModel,
  tokenizer: Tokenizer,
  { state, decoded }: GrownText,
  probs: Float32Array,
  mayEnd: boolean,
  recent: readonly number[],
  options: SamplingOptions,
  random: () => number,
): Step | null {
  model.predict(state, probs);
  if (!mayEnd && !suppress(probs, tokenizer.endOfTextId)) {
    return null;
  }
  const tokenId = drawUsable(probs, recent, options, random, (index) =>
    appendBytes(decoded, tokenizer.tokenBytes(index)) ? index : null,
  );
  return tokenId === null || tokenId === tokenizer.endOfTextId
    ? null
    : {
        tokenId,
        state: model.next(state, tokenId),
        decoded: appendBytes(decoded, tokenizer.tokenBytes(tokenId))!,
      };
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
    const shaped = probs.slice();
    const index = sample(shaped, repeated, options, random);
    const found = usable(index);
    if (found !== null) {
      return found;
    }
    if (!suppress(probs, index)) {
      return null;
    }
  }
}
