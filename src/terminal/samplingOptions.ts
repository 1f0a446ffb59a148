import { DEFAULT_SAMPLING, type SamplingOptions } from '../model/samplingOptions';
import { UsageError, type OptionValues } from './commandLine';

const withDefault = (help: string, value: number) => `${help} (default ${value})`;

/** How the next token is drawn; names and ranges are those of the `understudy.sampling.*` settings. */
export const SAMPLING_OPTIONS = {
  'repetition-penalty': {
    type: 'number',
    min: 1,
    max: 2,
    help: withDefault('makes recent words less likely; 1 is off', DEFAULT_SAMPLING.repetitionPenalty),
  },
  temperature: {
    type: 'number',
    min: 0.05,
    max: 2,
    help: withDefault('below 1 is safer, above 1 bolder', DEFAULT_SAMPLING.temperature),
  },
  'top-k': {
    type: 'number',
    min: 0,
    max: 1000,
    integer: true,
    help: withDefault('draws from the k most likely tokens; 0 is off', DEFAULT_SAMPLING.topK),
  },
  'top-p': {
    type: 'number',
    min: 0.01,
    max: 1,
    help: withDefault(
      'draws from the fewest tokens that make up this share; 1 is off',
      DEFAULT_SAMPLING.topP,
    ),
  },
  'min-p': {
    type: 'number',
    min: 0,
    max: 1,
    help: withDefault("drops tokens below this share of the likeliest's; 0 is off", DEFAULT_SAMPLING.minP),
  },
  greedy: { type: 'flag', help: 'always takes the most likely token' },
  'beam-width': {
    type: 'number',
    min: 1,
    max: 8,
    integer: true,
    help: withDefault('beams searched with --greedy', DEFAULT_SAMPLING.beamWidth),
  },
  seed: {
    type: 'number',
    min: 0,
    max: 0x7fffffff,
    integer: true,
    help: 'gives the same text again (default: another each time)',
  },
  'max-new-tokens': {
    type: 'number',
    min: 1,
    max: 1000,
    integer: true,
    help: withDefault('length in tokens; the last word is finished', DEFAULT_SAMPLING.maxNewTokens),
  },
} as const;

/** Options that shape a random draw, or repeat it. */
const USELESS_WHEN_GREEDY = ['temperature', 'top-k', 'top-p', 'min-p', 'seed'] as const;

/** @throws UsageError when an option would do nothing */
export function samplingOptions(given: OptionValues<typeof SAMPLING_OPTIONS>): SamplingOptions {
  if (given['beam-width'] !== undefined && !given.greedy) {
    throw new UsageError('--beam-width does nothing without --greedy.');
  }
  const useless = USELESS_WHEN_GREEDY.find((name) => given.greedy && given[name] !== undefined);
  if (useless !== undefined) {
    throw new UsageError(`--${useless} does nothing with --greedy, which draws nothing; leave one out.`);
  }
  return {
    repetitionPenalty: given['repetition-penalty'] ?? DEFAULT_SAMPLING.repetitionPenalty,
    temperature: given.temperature ?? DEFAULT_SAMPLING.temperature,
    topK: given['top-k'] ?? DEFAULT_SAMPLING.topK,
    topP: given['top-p'] ?? DEFAULT_SAMPLING.topP,
    minP: given['min-p'] ?? DEFAULT_SAMPLING.minP,
    greedy: given.greedy,
    beamWidth: given['beam-width'] ?? DEFAULT_SAMPLING.beamWidth,
    seed: given.seed ?? DEFAULT_SAMPLING.seed,
    maxNewTokens: given['max-new-tokens'] ?? DEFAULT_SAMPLING.maxNewTokens,
  };
}
