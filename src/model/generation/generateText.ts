import type { MixtureModel, MixtureState } from '../mixtureModel';
import type { SamplingOptions } from '../samplingOptions';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { continueFrom, startAt, type Step } from './drawnStep';
import { finishWord } from './finishWord';
import { HealedStart, type ReadTail } from './healedStart';
import type { Pause } from './pause';
import { endsInLoop } from './repetition';
import { seededRandom } from './seededRandom';
import {
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

  const finish = function* (end: string, stopReason: GenerationStop): Generator<string, GeneratedText> {
    const text = withoutHalfGrapheme(before, end);
    if (text.length > given) {
      yield text.slice(given);
    }
    return { text, stopReason };
  };

  while (added.length < options.maxNewTokens) {
    const pause = tail.prepare(state === null ? tail.states : [state]);
    if (pause !== undefined) {
      yield pause;
    }
    const mayEnd = added.length >= minNewTokens;
    const step: Step | null = state
      ? continueFrom(model, tokenizer, { state, decoded }, probs, mayEnd, recent, options, random)
      : startAt(new HealedStart(model, tokenizer, tail), mayEnd, recent, options, random);
    if (step === null) {
      return yield* finish(decoded.text, 'endOfText');
    }
    ({ state, decoded } = step);
    added.push(step.tokenId);
    recent.push(step.tokenId);
    if (recent.length > REPETITION_WINDOW) {
      recent.shift();
    }
    if (endsInLoop(added)) {
      return yield* finish(decoded.text, 'repetition');
    }
    const settled = Math.max(given, wholeLengthWhileGrowing(before, decoded.text));
    yield settled > given ? decoded.text.slice(given, settled) : undefined;
    given = settled;
  }
  const whole =
    state === null
      ? decoded.text
      : yield* finishWord(model, tokenizer, tail, { state, decoded }, recent, options, random);
  return yield* finish(whole, 'length');
}
