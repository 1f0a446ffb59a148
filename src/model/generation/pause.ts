import type { MixtureModel, MixtureState } from '../mixtureModel';
import type { ReadTail } from './healedStart';

/** What stepwise work yields between two steps: nothing, or a promise that must settle before the next step is useful. */
export type Pause = Promise<void> | undefined;

/** The same tail for a caller that has time to wait for experts that do not answer at once. */
export function patientTail(model: MixtureModel, tail: ReadTail): ReadTail {
  const known = new Map<number, Float32Array>();
  return {
    tokens: tail.tokens,
    states: tail.states,
    predictAfter: (count) => predictOnce(model, known, count, tail.states[count]),
    prepare: (states) => model.prepare(states),
  };
}

/** p(token | state) [vocabSize], computed once and then kept in `known` under `key`. */
export function predictOnce(
  model: MixtureModel,
  known: Map<number, Float32Array>,
  key: number,
  state: MixtureState,
): Float32Array {
  let probs = known.get(key);
  if (probs === undefined) {
    probs = new Float32Array(model.vocabSize);
    model.predict(state, probs);
    known.set(key, probs);
  }
  return probs;
}
