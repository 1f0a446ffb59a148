import type { MixtureModel, MixtureState } from '../mixtureModel';
import type { SamplingOptions } from '../samplingOptions';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { HealedStart, type Candidate, type ReadTail } from './healedStart';
import type { Pause } from './pause';
import { endsInLoop } from './repetition';
import { sample } from './sampler';
import { suppress } from './samplerStages';
import { seededRandom } from './seededRandom';
import {
  appendBytes,
  NOTHING_DECODED,
  wholeLengthWhileGrowing,
  withoutHalfGrapheme,
  type DecodedText,
} from './wholeCharacters';

export type GenerationStop = 'length' | 'endOfText' | 'repetition';

export interface GeneratedText {
  readonly text: string;
  readonly stopReason: GenerationStop;
}

/** Number of last tokens, before the cursor or new, that the repetition penalty applies to. */
const REPETITION_WINDOW = 64;

/**
 * Continues a text token by token. Yields each part of the new text, at least one whole character, as soon as no later token can
 * change it; the parts joined are the returned text. After a token that makes no part final it yields a pause. A caller stops it
 * by not resuming it.
 * @param minNewTokens new tokens before the end of the text may be drawn; 0 is off
 * @param seed of the random numbers, used when the options hold none
 */
export function* generateText(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  options: SamplingOptions,
  minNewTokens: number,
  seed: number,
): Generator<string | Pause, GeneratedText> {
  const random = seededRandom(options.seed ?? seed);
  const before = tokenizer.decode(tail.tokens);
  const recent = Array.from(tail.tokens).slice(-REPETITION_WINDOW);
  const added: number[] = [];
  let decoded: DecodedText = NOTHING_DECODED;
  let given = 0;
  let state: MixtureState | null = null;
  const probs = new Float32Array(model.vocabSize);

  const finish = function* (stopReason: GenerationStop): Generator<string, GeneratedText> {
    const text = withoutHalfGrapheme(before, decoded.text);
    if (text.length > given) {
      yield text.slice(given);
    }
    return { text, stopReason };
  };

  while (added.length < options.maxNewTokens) {
    const pause = tail.prepare(state === null ? tail.states : [state]);
    if (pause !== null) {
      yield pause;
    }
    const mayEnd = added.length >= minNewTokens;
    const step: Step | null = state
      ? continueFrom(model, tokenizer, state, probs, mayEnd, decoded, recent, options, random)
      : startAt(new HealedStart(model, tokenizer, tail), tokenizer, mayEnd, recent, options, random);
    if (step === null) {
      return yield* finish('endOfText');
    }
    ({ state, decoded } = step);
    added.push(step.tokenId);
    recent.push(step.tokenId);
    if (recent.length > REPETITION_WINDOW) {
      recent.shift();
    }
    if (endsInLoop(added)) {
      return yield* finish('repetition');
    }
    const settled = Math.max(given, wholeLengthWhileGrowing(before, decoded.text));
    yield settled > given ? decoded.text.slice(given, settled) : undefined;
    given = settled;
  }
  return yield* finish('length');
}

interface Step {
  readonly tokenId: number;
  readonly state: MixtureState;
  readonly decoded: DecodedText;
}

/** The first token; null when it is the end of the text, or nothing else can come. */
function startAt(
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

function continueFrom(
  model: MixtureModel,
  tokenizer: Tokenizer,
  state: MixtureState,
  probs: Float32Array,
  mayEnd: boolean,
  decoded: DecodedText,
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
