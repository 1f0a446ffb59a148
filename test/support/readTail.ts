import type { ReadTail } from '../../src/model/generation/healedStart';
import type { MixtureModel, MixtureState } from '../../src/model/mixtureModel';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';

/** A whole text as the tail that healing and generation start from. */
export function readTail(model: MixtureModel, tokenizer: Tokenizer, text: string): ReadTail {
  const tokens = tokenizer.encode(text);
  const states: MixtureState[] = [model.start()];
  for (const tokenId of tokens) {
    states.push(model.next(states[states.length - 1], tokenId));
  }
  return {
    tokens,
    states,
    predictAfter(count) {
      const probs = new Float32Array(model.vocabSize);
      model.predict(states[count], probs);
      return probs;
    },
    prepare: (wanted) => model.prepare(wanted),
  };
}
