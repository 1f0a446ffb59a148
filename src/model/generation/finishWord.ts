import type { MixtureModel } from '../mixtureModel';
import type { SamplingOptions } from '../samplingOptions';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { continueFrom, type GrownText } from './drawnStep';
import type { ReadTail } from './healedStart';
import type { Pause } from './pause';
import { wordEnds } from './wordUnits';

/** Most tokens that finish a word; what is longer is no word, but a key or an address. */
const MAX_TOKENS = 8;

/**
 * Finishes the word or character that a text of full length ends in. A word's end shows only in what follows, so one token is
 * drawn that is not kept. Yields a pause before each draw, and returns the whole text.
 * @param recent tokens that the repetition penalty applies to
 */
export function* finishWord(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  full: GrownText,
  recent: readonly number[],
  options: SamplingOptions,
  random: () => number,
): Generator<Pause, string> {
  const before = tokenizer.decode(tail.tokens);
  const probs = new Float32Array(model.vocabSize);
  let grown = full;
  for (let added = 0; added < MAX_TOKENS && !/\s$/u.test(grown.decoded.text); added++) {
    yield tail.prepare([grown.state]);
    const longer = continueFrom(model, tokenizer, grown, probs, true, recent, options, random);
    if (longer === null || isWhole(before, grown.decoded.text, longer.decoded.text)) {
      break;
    }
    grown = longer;
  }
  return grown.decoded.text;
}

/** Whether a text ends where a word does, by a longer one; the same text, with a part of a character more, does not tell. */
const isWhole = (before: string, text: string, longer: string): boolean =>
  longer !== text && wordEnds(before, longer).includes(text.length);
