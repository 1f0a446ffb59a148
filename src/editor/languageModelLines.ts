/** What the panel says of the chosen language model, and of a masked model that does not answer; texts only. */
import type { ModelState } from './chosenModel';
import type { Translate } from './translate';

/** Below this share of the networks' weight a model has practically no influence. */
const NEAR_ZERO = 0.03;

/** @param weight of the model among the networks, 0 to 1; null while it is unknown */
export function languageModelLines(
  t: Translate,
  state: ModelState<unknown> | null,
  weight: number | null,
): string[] {
  if (state === null) {
    return [t('None: the networks and the words of your workspace alone.')];
  }
  const lines = [t('{0}: {1}', state.name, state.description)];
  if (state.away !== null) {
    lines.push(t('It does not answer, so suggestions come without it. {0}', state.away));
  }
  if (weight !== null) {
    lines.push(
      t('Its weight among the networks, earned by what you write: {0} %.', Math.round(100 * weight)),
    );
    if (weight < NEAR_ZERO) {
      lines.push(
        t('So far it only hurts, so its weight is near zero; another model may suit your text better.'),
      );
    }
  }
  return lines;
}

/** Null when no masked model is in use, or when it answers. */
export function maskedModelLine(t: Translate, state: ModelState<unknown> | null): string | null {
  return state?.away == null
    ? null
    : t('The masked model {0} does not answer, so it does not rank suggestions. {1}', state.name, state.away);
}
