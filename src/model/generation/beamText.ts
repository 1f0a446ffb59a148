import type { MixtureModel } from '../mixtureModel';
import type { SamplingOptions } from '../samplingOptions';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { beamSearch, type Beam } from './beamSearch';
import type { GeneratedText, GenerationStop } from './generateText';
import { finishWord } from './finishWord';
import { HealedStart, type ReadTail } from './healedStart';
import type { Pause } from './pause';
import { endsInLoop } from './repetition';
import { penalizeRepetition, suppress } from './samplerStages';
import { withoutHalfGrapheme } from './wholeCharacters';

/**
 * The continuation with the highest log-probability per token, the end of the text counted as one, that a beam search finds; the
 * total would favour short ones. Of the options, only `beamWidth`, `repetitionPenalty` (over the last word's and the new tokens) and
 * `maxNewTokens` have an effect. Yields pauses between steps and, at the end, the text unless it is empty.
 * @param minNewTokens new tokens before the end of the text may come; 0 is off
 */
export function* searchText(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  options: SamplingOptions,
  minNewTokens: number,
): Generator<string | Pause, GeneratedText> {
  yield tail.prepare(tail.states);
  const start = new HealedStart(model, tokenizer, tail);
  if (minNewTokens > 0 && !start.suppressEnd()) {
    return { text: '', stopReason: 'endOfText' };
  }
  const seeds = start.mostLikely(options.beamWidth).map(({ candidate, probability }) => ({
    candidate,
    logProb: Math.log(probability),
    reserved: false,
  }));
  // The search cannot start with the end of the text. Where that is the likeliest token, any continuation found is an unlikely one.
  if (seeds.at(0)?.candidate.tokenId === tokenizer.endOfTextId) {
    return { text: '', stopReason: 'endOfText' };
  }
  const beams = yield* beamSearch<GenerationStop>(start, seeds, {
    width: options.beamWidth,
    maxTokens: options.maxNewTokens,
    minLogProb: -Infinity,
    shape(probs, tokens, newCount) {
      if (newCount >= minNewTokens || suppress(probs, tokenizer.endOfTextId)) {
        penalizeRepetition(probs, tokens, options.repetitionPenalty);
      }
    },
    finish: (_text, tokens) => (endsInLoop(tokens) ? 'repetition' : null),
    continuesWord: () => null,
    nextMark: () => null,
  });
  const best = likeliest(beams);
  if (best === null) {
    return { text: '', stopReason: 'endOfText' };
  }
  const whole =
    best.last === null
      ? best.text
      : yield* finishWord(model, tokenizer, tail, best.last, best.last.tokens, options, () => 0);
  const text = withoutHalfGrapheme(tokenizer.decode(tail.tokens), whole);
  if (text !== '') {
    yield text;
  }
  return { text, stopReason: best.reason === 'confidence' ? 'endOfText' : best.reason };
}

/** Beams that likelier ones pushed out (`confidence`) count only where all ended so, as no valid token could follow the last. */
function likeliest(beams: readonly Beam<GenerationStop>[]): Beam<GenerationStop> | null {
  const complete = beams.filter(({ reason }) => reason !== 'confidence');
  const perToken = ({ steps, reason, logProb }: Beam<GenerationStop>) =>
    logProb / (reason === 'endOfText' ? steps.length + 1 : steps.length);
  return (complete.length > 0 ? complete : beams).reduce<Beam<GenerationStop> | null>(
    (best, beam) => (best === null || perToken(beam) > perToken(best) ? beam : best),
    null,
  );
}
