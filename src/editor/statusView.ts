/** What the status-bar item shows, and what its menu offers, in each state; texts only. */
import type { TallyCounts } from './suggestionTally';
import type { Translate } from './translate';

interface TrainingStatus {
  /** 0 to 1. */
  readonly progress: number;
  readonly paused: boolean;
  /** The current activity before the first step and after the last; null in between. */
  readonly activity: string | null;
}

export interface StatusState {
  /** `failed` is a sentence about the failure; `stopped` is what the generator died of when it is no longer restarted. */
  readonly generator: 'loading' | 'ready' | { readonly failed: string } | { readonly stopped: string };
  /** The personal network, e.g. "lstm 512, 2.9 M parameters"; null while none is in use. */
  readonly model: string | null;
  readonly hasPersonalModel: boolean;
  /** The chosen language model; `away` says why it does not answer. */
  readonly languageModel: { readonly name: string; readonly away: string | null } | null;
  /** A sentence when a masked model is chosen but does not answer. */
  readonly maskedAway: string | null;
  readonly training: TrainingStatus | null;
  /** `news` when an earlier training was interrupted, `known` once the user has read of it; null when none was. */
  readonly interrupted: 'news' | 'known' | null;
  readonly enabled: boolean;
  /** Of the active editor. */
  readonly language: { readonly id: string; readonly enabled: boolean } | null;
  readonly counts: TallyCounts;
}

interface StatusView {
  readonly text: string;
  /** Lines, plain text. */
  readonly tooltip: readonly string[];
  readonly accessibleName: string;
  readonly isError: boolean;
}

export interface MenuItem {
  readonly icon: string;
  readonly label: string;
  readonly description?: string;
  readonly command: string;
}

export function statusView(t: Translate, state: StatusState): StatusView {
  const { icon, word } = statusWord(t, state);
  const { shown, accepted, acceptedInPart, charactersSaved } = state.counts;
  const tooltip = [`Understudy: ${word}`];
  if (typeof state.generator === 'object') {
    tooltip.push(
      'failed' in state.generator
        ? state.generator.failed
        : t(
            'The part of Understudy that writes suggestions keeps stopping ({0}). Reload the window to start it again.',
            state.generator.stopped,
          ),
    );
  }
  if (state.model !== null) {
    tooltip.push(t('Model: {0}', state.model));
  }
  if (state.interrupted !== null && state.training === null) {
    tooltip.push(interruptedText(t));
  }
  if (state.languageModel !== null) {
    const { name, away } = state.languageModel;
    tooltip.push(
      away === null
        ? t('Language model: {0}', name)
        : t('Language model: {0} does not answer, so suggestions come without it. {1}', name, away),
    );
  }
  if (state.maskedAway !== null) {
    tooltip.push(state.maskedAway);
  }
  if (shown > 0) {
    tooltip.push(
      t(
        'Suggestions since this window was opened: {0} shown, {1} accepted, {2} in part; characters saved: {3}',
        shown,
        accepted,
        acceptedInPart,
        charactersSaved,
      ),
    );
  }
  const isError = typeof state.generator === 'object';
  const showsWord = state.training !== null || state.interrupted === 'news';
  return {
    // An error without a name would look like one of the window or of another extension.
    text: `$(${icon}) ${isError ? `Understudy: ${word}` : showsWord ? word : 'Understudy'}`,
    tooltip,
    // A screen reader says this in place of the tooltip, so that the sentence on a failure would not be heard.
    accessibleName: isError ? `Understudy, ${word}: ${tooltip[1]}` : `Understudy, ${word}`,
    isError,
  };
}

export function interruptedText(t: Translate): string {
  return t(
    'A training of this workspace was interrupted. Train on Workspace continues it, unless texts or settings have changed since.',
  );
}

function statusWord(t: Translate, state: StatusState): { icon: string; word: string } {
  if (typeof state.generator === 'object') {
    return { icon: 'error', word: 'failed' in state.generator ? t('error') : t('suggestions stopped') };
  }
  if (state.training !== null) {
    const { paused, activity, progress } = state.training;
    const percent = Math.floor(100 * progress);
    if (paused) {
      const word = progress < 1 ? t('training paused at {0} %', percent) : t('training paused');
      return { icon: 'debug-pause', word };
    }
    return { icon: 'sync~spin', word: activity ?? t('training {0} %', percent) };
  }
  if (state.interrupted === 'news') {
    return { icon: 'mortar-board', word: t('training was interrupted') };
  }
  if (!state.enabled && !(state.language?.enabled ?? false)) {
    return { icon: 'circle-slash', word: t('off') };
  }
  if (state.language !== null && !state.language.enabled) {
    return { icon: 'circle-slash', word: t('off for {0}', state.language.id) };
  }
  if ((state.languageModel?.away ?? null) !== null) {
    return { icon: 'debug-disconnect', word: t('on, without the language model') };
  }
  if (state.maskedAway !== null) {
    return { icon: 'debug-disconnect', word: t('on, without the masked model') };
  }
  return state.generator === 'loading'
    ? { icon: 'loading~spin', word: t('loading') }
    : { icon: 'quote', word: t('on') };
}

/** What users come for goes first: the first item is preselected and must not turn anything off by accident. */
export function statusMenu(t: Translate, state: StatusState): MenuItem[] {
  const items: MenuItem[] = [
    ...trainingItems(t, state),
    { icon: 'settings', label: t('Open Settings Panel'), command: 'understudy.openSettingsPanel' },
    { icon: 'question', label: t('Why No Suggestion?'), command: 'understudy.whyNoSuggestion' },
    {
      icon: 'library',
      label: t('Choose Language Model…'),
      description: state.languageModel?.name ?? '',
      command: 'understudy.chooseLanguageModel',
    },
    {
      icon: state.enabled ? 'circle-slash' : 'check',
      label: state.enabled ? t('Turn Ghost Text Off') : t('Turn Ghost Text On'),
      command: 'understudy.toggle',
    },
  ];
  if (state.language !== null) {
    items.push({
      icon: state.language.enabled ? 'circle-slash' : 'check',
      label: state.language.enabled
        ? t('Turn Ghost Text Off for {0}', state.language.id)
        : t('Turn Ghost Text On for {0}', state.language.id),
      command: 'understudy.toggleForLanguage',
    });
  }
  items.push({ icon: 'output', label: t('Show Log'), command: 'understudy.showLog' });
  return items;
}

function trainingItems(t: Translate, { training, interrupted, hasPersonalModel }: StatusState): MenuItem[] {
  if (training === null) {
    const kept = hasPersonalModel ? t('continues from the model of this workspace') : '';
    return [
      {
        icon: 'mortar-board',
        label: t('Train on Workspace…'),
        description: interrupted === null ? kept : t('continues the interrupted training'),
        command: 'understudy.trainOnWorkspace',
      },
    ];
  }
  return [
    training.paused
      ? { icon: 'debug-continue', label: t('Resume Training'), command: 'understudy.resumeTraining' }
      : { icon: 'debug-pause', label: t('Pause Training'), command: 'understudy.pauseTraining' },
    { icon: 'debug-stop', label: t('Cancel Training'), command: 'understudy.cancelTraining' },
  ];
}
