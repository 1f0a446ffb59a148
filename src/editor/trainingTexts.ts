/** What the user reads before, during and after training; texts only. */
import { localDate } from '../protocol/localDate';
import type {
  Continues,
  DoneEvent,
  HeldOutScore,
  MixScores,
  TrainerEvent,
  TrainingPlan,
} from '../protocol/trainerProtocol';
import { LEFT_OUT_REASONS, type LeftOutReason } from '../trainer/corpus/leftOutReason';
import type { Translate } from './translate';

export type StepEvent = Extract<TrainerEvent, { kind: 'step' }>;

export function sizeText(bytes: number): string {
  const [unit, size] = bytes >= 1e6 ? ['MB', bytes / 1e6] : ['kB', bytes / 1e3];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}

export function durationText(t: Translate, seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 90) {
    return t('{0} s', whole);
  }
  const minutes = Math.round(whole / 60);
  return minutes < 90 ? t('{0} min', minutes) : t('{0} h', (minutes / 60).toFixed(1));
}

function filesText(t: Translate, count: number): string {
  return count === 1 ? t('1 file') : t('{0} files', count);
}

export function leftOutText(t: Translate, reason: string): string {
  return Object.hasOwn(LEFT_OUT_REASONS, reason) ? t(LEFT_OUT_REASONS[reason as LeftOutReason]) : reason;
}

/** One line on how much is read and how long it takes. */
export function planSummary(t: Translate, { continues, estimate, ...plan }: TrainingPlan): string {
  const time = durationText(t, estimate.seconds);
  const passes = passesText(estimate.epochs);
  return continues !== null && continues.changedFiles > 0
    ? t('About {0}: {1} passes over what has changed.', time, passes)
    : t(
        '{0}, {1}, about {2}: {3} passes over the text',
        filesText(t, plan.files.length),
        sizeText(plan.trainBytes + plan.heldOutBytes),
        time,
        passes,
      );
}

/** One line on what training continues from; null when that is the base model. */
export function planOrigin(t: Translate, { continues, startsAfresh }: TrainingPlan): string | null {
  if (continues !== null) {
    return continuesText(t, continues);
  }
  return startsAfresh
    ? t('Starts from scratch, as there is no model of this kind and size to go on from.')
    : null;
}

/** A short training on much text must not look like none: 0.04, not 0.0. */
function passesText(epochs: number): string {
  return epochs < 0.1 ? epochs.toPrecision(1) : epochs.toFixed(epochs < 10 ? 1 : 0);
}

/** Joins two sentences; Chinese puts no space between them. */
function sentencesText(t: Translate, first: string, second: string): string {
  return t('{0} {1}', first, second);
}

/** A sentence on which model training continues from, and how many files are new to it or changed. */
export function continuesText(t: Translate, { trainedAt, changedFiles, files }: Continues): string {
  const model =
    trainedAt === undefined
      ? t('Continues from the model of this workspace')
      : t('Continues from the model of {0}', localDate(trainedAt));
  const changed =
    changedFiles === 0
      ? t('no file has changed since')
      : changedFiles === 1
        ? t('{0} of {1} is new to it or has changed', changedFiles, filesText(t, files))
        : t('{0} of {1} are new to it or have changed', changedFiles, filesText(t, files));
  return t('{0}: {1}.', model, changed);
}

/** Numbers of files left out by reason, most frequent first. */
export function leftOutLines(t: Translate, plan: TrainingPlan): { count: number; reason: string }[] {
  return Object.entries(plan.leftOut)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => ({ count, reason: leftOutText(t, reason) }));
}

/** The document behind *Show File List*. */
export function fileListText(t: Translate, plan: TrainingPlan): string {
  const origin = planOrigin(t, plan);
  const heading = t('Learned from, but for what is kept aside to measure the result:');
  const lines =
    plan.files.length === 0
      ? [t('There is no text to learn from in this workspace.')]
      : [...(origin === null ? [] : [origin]), planSummary(t, plan), '', heading];
  let root = '';
  for (const file of plan.files) {
    if (file.root !== root) {
      root = file.root;
      lines.push('', root);
    }
    // Written out instead of explained above, as the list of choices covers the first lines.
    const aside = file.heldOutShare === 1 ? t('kept aside') : t('its end is kept aside');
    const mark = file.heldOutShare > 0 ? ` — ${aside}` : '';
    lines.push(`  ${sizeText(file.bytes).padStart(8)}  ${file.path}${mark}`);
  }
  const leftOut = leftOutLines(t, plan);
  if (leftOut.length > 0) {
    lines.push('', t('Left out:'));
  }
  for (const { count, reason } of leftOut) {
    lines.push(`${String(count).padStart(10)}  ${reason}`);
  }
  if (plan.largestLeftOut.length > 0) {
    lines.push('', t('The largest files left out:'));
    for (const { bytes, path, reason } of plan.largestLeftOut) {
      lines.push(`  ${sizeText(bytes).padStart(8)}  ${path} — ${leftOutText(t, reason)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

export function stepText(t: Translate, step: StepEvent): string {
  return t(
    '{0} tokens/s, loss {1}, {2} left',
    Math.round(step.tokensPerSecond),
    step.trainLoss.toFixed(2),
    durationText(t, step.secondsLeft),
  );
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
    case 'files':
      return t('choosing an engine…');
    case 'engine':
      return t('starting the training…');
    case 'calibrating':
      return t('measuring what was learned, {0} %', Math.floor(100 * event.progress));
    default:
      return null;
  }
}

/** Bits per byte with two decimals, or with three if two scores would otherwise look the same. */
function bitsTexts(...scores: readonly HeldOutScore[]): string[] {
  const rounded = (digits: number) => scores.map(({ bitsPerByte }) => bitsPerByte.toFixed(digits));
  const short = rounded(2);
  return new Set(short).size === short.length ? short : rounded(3);
}

/** What ghost text as a whole gains from the new personal network. */
function mixText(t: Translate, { before, after, earlier }: MixScores): string {
  return earlier === undefined
    ? t(
        'Ghost text as a whole: {0} bits per byte without the personal network, {1} with it.',
        ...bitsTexts(before, after),
      )
    : t(
        'Ghost text as a whole: {0} bits per byte without a personal network, {1} with the earlier one, {2} with the new one.',
        ...bitsTexts(before, earlier, after),
      );
}

/**
 * A few sentences on whether training helped, measured on held-out text.
 * @param isInUse whether the model that it wrote, if any, belongs to the workspace's present folders
 */
export function resultText(t: Translate, done: DoneEvent, isInUse: boolean): string {
  const sentences = [outcomeText(t, done)];
  if (done.outcome === 'improved' && done.after !== null) {
    sentences.push(
      isInUse
        ? t('The new model is used from now on.')
        : t(
            'The folders of the workspace have changed meanwhile, so it is used when they are again as they were.',
          ),
    );
  }
  if (done.mix !== undefined) {
    sentences.push(mixText(t, done.mix));
  }
  return sentences.reduce((text, sentence) => sentencesText(t, text, sentence));
}

function outcomeText(t: Translate, done: DoneEvent): string {
  const { before, after, earlier } = done;
  if (done.outcome === 'cancelled') {
    return t('Training was cancelled; the model is as it was.');
  }
  if (after === null) {
    return t('Training ended before its result could be measured; the model is as it was.');
  }
  if (done.outcome === 'notImproved' && done.mix !== undefined) {
    return t('Ghost text as a whole does not gain by the new network, so it is not used.');
  }
  if (done.outcome === 'notImproved' && earlier !== undefined) {
    return t(
      'The model of this workspace is better than the newly trained one ({0} bits per byte on text kept aside, against {1}), so it stays.',
      ...bitsTexts(earlier, after),
    );
  }
  const change = before === null ? 0 : Math.round(100 * (1 - after.bitsPerByte / before.bitsPerByte));
  // Without an earlier network there is no change to name; with one, the new network may score worse alone while ghost text gains.
  if (done.outcome === 'improved' && change <= 0) {
    return t(
      'The personal network is trained: {0} bits per byte on text kept aside.',
      after.bitsPerByte.toFixed(2),
    );
  }
  if (before === null) {
    return t(
      'Training gave no usable network ({0} bits per byte on text kept aside); a longer one may.',
      after.bitsPerByte.toFixed(2),
    );
  }
  return done.outcome === 'improved'
    ? t(
        'Training helped: {0} bits per byte on text kept aside, {1} before ({2} % less).',
        ...bitsTexts(after, before),
        change,
      )
    : t(
        'Training did not help: {0} bits per byte on text kept aside, {1} before. The earlier model is kept.',
        ...bitsTexts(after, before),
      );
}
