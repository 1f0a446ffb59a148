import type { MixtureModel } from '../mixtureModel';
import type { ReadTail } from './healedStart';

/** What work that is done in steps yields between them: nothing, or what must settle before the next step is of use. */
export type Pause = Promise<void> | undefined;

/** The same tail for a caller who has the time to wait for experts that do not answer at once. */
export function patientTail(model: MixtureModel, tail: ReadTail): ReadTail {
  const predictions = new Map<number, Float32Array>();
  return {
    tokens: tail.tokens,
    states: tail.states,
    predictAfter(count) {
      let probs = predictions.get(count);
      if (probs === undefined) {
        probs = new Float32Array(model.vocabSize);
        model.predict(tail.states[count], probs);
        predictions.set(count, probs);
      }
      return probs;
    },
    prepare: (states) => model.prepare(states),
  };
}
