/** The sampling settings as the panel shows them, and the check of what it sends back; texts only. */
import type { PanelSetting } from '../protocol/panelProtocol';
import { SETTINGS, type Setting, type SettingName } from './settings';
import type { Translate } from './translate';

export type SamplingName = Extract<SettingName, `sampling.${string}`>;

/** In the order of the panel; those that are changed most often come first. */
export const SAMPLING_NAMES: readonly SamplingName[] = [
  'sampling.temperature',
  'sampling.topK',
  'sampling.topP',
  'sampling.minP',
  'sampling.repetitionPenalty',
  'sampling.maxNewTokens',
  'sampling.greedy',
  'sampling.beamWidth',
  'sampling.seed',
];

export function isSamplingName(name: string): name is SamplingName {
  return (SAMPLING_NAMES as readonly string[]).includes(name);
}

export function panelSettings(
  t: Translate,
  valueOf: (name: SamplingName) => number | boolean | string | null,
): PanelSetting[] {
  const texts = samplingTexts(t);
  return SAMPLING_NAMES.map((name): PanelSetting => {
    const setting: Setting = SETTINGS[name];
    const value = valueOf(name);
    const common = { name, label: texts[name].label, description: texts[name].description };
    switch (setting.kind) {
      case 'number':
        return {
          ...common,
          kind: 'number',
          value: value as number,
          minimum: setting.minimum,
          maximum: setting.maximum,
          step: setting.integer ? 1 : 0.01,
        };
      case 'seed':
        return {
          ...common,
          kind: 'seed',
          value: value as number | null,
          minimum: setting.minimum,
          maximum: setting.maximum,
        };
      default:
        return { ...common, kind: 'flag', value: value as boolean };
    }
  });
}

function samplingTexts(t: Translate): Record<SamplingName, { label: string; description: string }> {
  return {
    'sampling.temperature': {
      label: t('Temperature'),
      description: t('Below 1 keeps to the likely words, above 1 is more surprising'),
    },
    'sampling.topK': {
      label: t('Top-k'),
      description: t('Draws from the k most likely tokens only; 0 is off'),
    },
    'sampling.topP': {
      label: t('Nucleus (top-p)'),
      description: t('Draws from the fewest tokens whose probabilities add up to this; 1 is off'),
    },
    'sampling.minP': {
      label: t('Min-p'),
      description: t("Drops tokens below this share of the most likely one's probability; 0 is off"),
    },
    'sampling.repetitionPenalty': {
      label: t('Repetition penalty'),
      description: t('Divides the probability of recently used words by this; 1 is off'),
    },
    'sampling.maxNewTokens': {
      label: t('Length'),
      description: t('How many tokens are generated at most; the last word is finished'),
    },
    'sampling.greedy': { label: t('Greedy'), description: t('Always takes the most likely token') },
    'sampling.beamWidth': {
      label: t('Beam width'),
      description: t('How many continuations are searched side by side when greedy is on'),
    },
    'sampling.seed': {
      label: t('Seed'),
      description: t('The same seed gives the same text; empty draws a new one each time'),
    },
  };
}
