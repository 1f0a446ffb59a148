/**
 * What the user reads while training goes on; texts only. Screen readers say each new text of a notification, over all else: one that
 * changes with every step would keep them from saying anything else for as long as the training lasts.
 */
import type { TrainerEvent } from '../protocol/trainerEvents';
import { continuesText } from './planTexts';
import { durationText, filesText, sizeText } from './quantityTexts';
import type { Translate } from './translate';

export type StepEvent = Extract<TrainerEvent, { kind: 'step' }>;

/** In the panel, where nothing is read aloud unasked. */
export function stepText(t: Translate, step: StepEvent): string {
  return t(
    '{0} tokens/s, loss {1}, {2} left',
    Math.round(step.tokensPerSecond),
    step.trainLoss.toFixed(2),
    durationText(t, step.secondsLeft),
  );
}

/** In the notification: changes once a minute, and in the last minutes by half of one. */
export function timeLeftText(t: Translate, { secondsLeft }: StepEvent): string {
  const seconds = secondsLeft < 90 ? Math.max(30, 30 * Math.ceil(secondsLeft / 30)) : secondsLeft;
  return t('{0} left', durationText(t, seconds));
}

/**
 * The line that the panel keeps for an event; null for an event that adds none.
 * @param shown translates a sentence of the trainer into the user's language
 */
export function eventText(
  t: Translate,
  event: TrainerEvent,
  shown: (sentence: string) => string,
): string | null {
  switch (event.kind) {
    case 'files':
      return t(
        '{0} to learn from and {1} to measure on, {2}',
        filesText(t, event.trainFiles),
        event.heldOutFiles,
        sizeText(event.bytes),
      );
    case 'engine':
      // The reason for the choice names every engine that did not load, and so goes only to the log.
      return t('Engine: {0}', shown(event.description));
    case 'warning':
      return shown(event.message);
    case 'continues':
      return continuesText(t, event);
    case 'resumed':
      return t('Continues an interrupted training at step {0}', event.step);
    default:
      return null;
  }
}

/** The activity, outside of the training steps, that begins with an event; null for an event that begins none. */
export function activityText(t: Translate, event: TrainerEvent): string | null {
  switch (event.kind) {
    case 'scanning':
      // Again where the engine failed and another one goes on.
      return t('reading texts…');
    case 'files':
      return t('choosing an engine…');
    case 'engine':
      return t('starting the training…');
    case 'calibrating':
      return t('measuring what was learned, {0} %', 25 * Math.floor(4 * event.progress));
    default:
      return null;
  }
}
