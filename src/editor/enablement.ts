import { shownValue } from './settings';
import type { Translate } from './translate';

/** The value of `understudy.enable`: on or off by language identifier, `*` for all others. */
export type Enablement = Readonly<Record<string, boolean>>;

export const DEFAULT_ENABLEMENT: Enablement = { '*': true };

/** A bare true or false stands for all languages; entries that are neither are left out, which {@link enablementProblem} tells. */
export function parseEnablement(given: unknown): Enablement {
  if (typeof given === 'boolean') {
    return { '*': given };
  }
  if (typeof given !== 'object' || given === null) {
    return DEFAULT_ENABLEMENT;
  }
  const entries = Object.entries(given).filter(
    (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
  );
  return { ...DEFAULT_ENABLEMENT, ...Object.fromEntries(entries) };
}

/** A sentence about a value of which something was left out; null when there was nothing. */
export function enablementProblem(t: Translate, given: unknown): string | null {
  const isFlag = (value: unknown) => typeof value === 'boolean';
  const isWhole =
    given === undefined ||
    isFlag(given) ||
    (typeof given === 'object' && given !== null && Object.values(given).every(isFlag));
  return isWhole
    ? null
    : t(
        'The setting {0} is {1}, but takes true or false for each language, as in {2}; anything else in it is ignored.',
        'understudy.enable',
        shownValue(given),
        '{ "*": true, "markdown": false }',
      );
}

export function isEnabled(enablement: Enablement, languageId: string): boolean {
  return enablement[languageId] ?? enablement['*'];
}

/** Turns all languages on or off; a language with a choice of its own keeps it. */
export function toggled(enablement: Enablement): Enablement {
  return { ...enablement, '*': !enablement['*'] };
}

export function toggledForLanguage(enablement: Enablement, languageId: string): Enablement {
  return { ...enablement, [languageId]: !isEnabled(enablement, languageId) };
}
