/** The extension's settings with their defaults and ranges, and how an invalid value is corrected. */
import { ARCHITECTURES, type Architecture } from '../model/networkConfig';
import { DEFAULT_SAMPLING } from '../model/samplingOptions';
import { DEFAULT_COMPLETION } from '../protocol/generatorProtocol';
import {
  DEFAULT_TRAINING,
  ENGINE_NAMES,
  LEAST_MEMORY,
  MOST_MEMORY,
  MOST_THREADS,
  ON_BATTERY,
  type TrainingOptions,
} from '../protocol/trainerProtocol';
import type { Translate } from './translate';

interface NumberSetting {
  readonly kind: 'number';
  readonly default: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly integer: boolean;
}
interface FlagSetting {
  readonly kind: 'flag';
  readonly default: boolean;
}
interface ChoiceSetting<T extends string = string> {
  readonly kind: 'choice';
  readonly default: T;
  readonly choices: readonly T[];
}
/** A whole number, or null. */
interface SeedSetting {
  readonly kind: 'seed';
  readonly default: null;
  readonly minimum: number;
  readonly maximum: number;
}
export type Setting = NumberSetting | FlagSetting | ChoiceSetting | SeedSetting;

const real = (value: number, minimum: number, maximum: number): NumberSetting => ({
  kind: 'number',
  default: value,
  minimum,
  maximum,
  integer: false,
});
const whole = (value: number, minimum: number, maximum: number): NumberSetting => ({
  ...real(value, minimum, maximum),
  integer: true,
});
const flag = (value: boolean): FlagSetting => ({ kind: 'flag', default: value });
const choice = <T extends string>(value: T, choices: readonly T[]): ChoiceSetting<T> => ({
  kind: 'choice',
  default: value,
  choices,
});

/** By the name after `understudy.`; `enable`, `languageModel` and `maskedModel` have formats of their own and are parsed elsewhere. */
export const SETTINGS = {
  eagerness: real(DEFAULT_COMPLETION.eagerness, 0, 1),
  multiline: flag(false),
  midLineInCode: flag(false),
  maxNewTokens: whole(DEFAULT_COMPLETION.maxNewTokens, 1, 200),
  'sampling.repetitionPenalty': real(DEFAULT_SAMPLING.repetitionPenalty, 1, 2),
  'sampling.temperature': real(DEFAULT_SAMPLING.temperature, 0.05, 2),
  'sampling.topK': whole(DEFAULT_SAMPLING.topK, 0, 1000),
  'sampling.topP': real(DEFAULT_SAMPLING.topP, 0.01, 1),
  'sampling.minP': real(DEFAULT_SAMPLING.minP, 0, 1),
  'sampling.greedy': flag(DEFAULT_SAMPLING.greedy),
  'sampling.beamWidth': whole(DEFAULT_SAMPLING.beamWidth, 1, 8),
  'sampling.seed': { kind: 'seed', default: null, minimum: 0, maximum: 0x7fffffff } satisfies SeedSetting,
  'sampling.maxNewTokens': whole(DEFAULT_SAMPLING.maxNewTokens, 1, 1000),
  'training.seconds': whole(DEFAULT_TRAINING.seconds, 10, 86_400),
  'training.engine': choice<TrainingOptions['engine']>(DEFAULT_TRAINING.engine, ['auto', ...ENGINE_NAMES]),
  'training.threads': whole(DEFAULT_TRAINING.threads, 0, MOST_THREADS),
  'training.onBattery': choice<TrainingOptions['onBattery']>(DEFAULT_TRAINING.onBattery, ON_BATTERY),
  'model.architecture': choice<Architecture>(DEFAULT_TRAINING.architecture, ARCHITECTURES),
  'model.attention': flag(DEFAULT_TRAINING.attention),
  'model.numLayers': whole(0, 0, 3),
  'model.hiddenSize': whole(DEFAULT_TRAINING.hiddenSize, 32, 1024),
  'model.embeddingSize': whole(DEFAULT_TRAINING.embeddingSize, 32, 512),
  'training.maxMemoryMegabytes': whole(DEFAULT_TRAINING.maxMemoryMegabytes, LEAST_MEMORY, MOST_MEMORY),
  'training.maxTotalMegabytes': whole(50, 1, 500),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<Name extends SettingName> = (typeof SETTINGS)[Name] extends { kind: 'number' }
  ? number
  : (typeof SETTINGS)[Name] extends { kind: 'flag' }
    ? boolean
    : (typeof SETTINGS)[Name] extends ChoiceSetting<infer T>
      ? T
      : number | null;

/** An invalid value, and the one used in its place. */
interface SettingProblem {
  readonly name: SettingName;
  readonly given: unknown;
  readonly used: number | boolean | string | null;
}

interface ParsedSetting<T> {
  readonly value: T;
  readonly problem: SettingProblem | null;
}

/** A number is clamped to its range and rounded if it must be whole; any other invalid value becomes the default. */
export function parseSetting<Name extends SettingName>(
  name: Name,
  given: unknown,
): ParsedSetting<SettingValue<Name>> {
  const used = given === undefined ? SETTINGS[name].default : mend(SETTINGS[name], given);
  return {
    value: used as SettingValue<Name>,
    problem: given === undefined || used === given ? null : { name, given, used },
  };
}

function mend(setting: Setting, given: unknown): number | boolean | string | null {
  switch (setting.kind) {
    case 'number': {
      if (typeof given !== 'number' || Number.isNaN(given)) {
        return setting.default;
      }
      const inRange = Math.min(setting.maximum, Math.max(setting.minimum, given));
      return setting.integer ? Math.round(inRange) : inRange;
    }
    case 'flag':
      return typeof given === 'boolean' ? given : setting.default;
    case 'choice':
      return setting.choices.includes(given as string) ? (given as string) : setting.default;
    case 'seed':
      return typeof given === 'number' && !Number.isNaN(given)
        ? Math.round(Math.min(setting.maximum, Math.max(setting.minimum, given)))
        : null;
  }
}

/** Of an invalid value, in UTF-16 units; it may be a long text or list. */
const LONGEST_SHOWN = 100;

/** An invalid value as a sentence about it shows it. */
export function shownValue(given: unknown): string {
  const written = JSON.stringify(given);
  return written.length <= LONGEST_SHOWN ? written : `${written.slice(0, LONGEST_SHOWN)}…`;
}

/** One sentence that names the setting, what it holds, what it may hold and what is used instead. */
export function describeProblem(t: Translate, { name, given, used }: SettingProblem): string {
  const [full, held, instead] = [`understudy.${name}`, shownValue(given), JSON.stringify(used)];
  const setting: Setting = SETTINGS[name];
  switch (setting.kind) {
    case 'number':
      return setting.integer
        ? t(
            'The setting {0} is {1}, but takes a whole number from {2} to {3}; {4} is used.',
            full,
            held,
            setting.minimum,
            setting.maximum,
            instead,
          )
        : t(
            'The setting {0} is {1}, but takes a number from {2} to {3}; {4} is used.',
            full,
            held,
            setting.minimum,
            setting.maximum,
            instead,
          );
    case 'flag':
      return t('The setting {0} is {1}, but takes true or false; {2} is used.', full, held, instead);
    case 'choice':
      return t(
        'The setting {0} is {1}, but takes one of {2}; {3} is used.',
        full,
        held,
        setting.choices.join(', '),
        instead,
      );
    case 'seed':
      return t(
        'The setting {0} is {1}, but takes null or a whole number from {2} to {3}; {4} is used.',
        full,
        held,
        setting.minimum,
        setting.maximum,
        instead,
      );
  }
}
