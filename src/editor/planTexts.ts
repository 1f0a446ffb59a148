/** What the user reads before training: how much of the workspace is learned, from where it continues, and what is left out. */
import { localDate } from '../protocol/localDate';
import type { Continues, TrainingPlan } from '../protocol/trainerEvents';
import { LEFT_OUT_REASONS, type LeftOutReason } from '../trainer/corpus/leftOutReason';
import { durationText, filesText, sizeText } from './quantityTexts';
import type { Translate } from './translate';

function leftOutText(t: Translate, reason: string): string {
  return Object.hasOwn(LEFT_OUT_REASONS, reason) ? t(LEFT_OUT_REASONS[reason as LeftOutReason]) : reason;
}

/** Why a training would be refused; null when it would not. */
export function planFault(t: Translate, { files, tooLittle }: TrainingPlan): string | null {
  if (files.length === 0) {
    return t('There is no text to learn from in this workspace.');
  }
  return tooLittle
    ? t('There is too little text to learn from in this workspace: learning and measuring take about a page.')
    : null;
}

/** One line on how much is read and how long it takes. */
export function planSummary(t: Translate, { continues, estimate, ...plan }: TrainingPlan): string {
  // A training of a few words takes no less.
  const time = durationText(t, Math.max(1, estimate.seconds));
  const passes = passesText(estimate.epochs);
  return continues !== null && continues.changedFiles > 0
    ? t('About {0}: {1} passes over what is new.', time, passes)
    : t(
        '{0}, {1}, about {2}: {3} passes over the text',
        filesText(t, plan.files.length),
        sizeText(plan.trainBytes + plan.heldOutBytes),
        time,
        passes,
      );
}

/** One line on what training continues from; null when that is the base model. */
export function planOrigin(t: Translate, { continues, startsAfresh, resumes }: TrainingPlan): string | null {
  if (resumes) {
    return t('Continues the interrupted training from where it was last saved.');
  }
  if (continues !== null) {
    return continuesText(t, continues);
  }
  return startsAfresh
    ? t('Starts from scratch, as there is no model of this kind and size to continue from.')
    : null;
}

/**
 * One line on what training starts from that does not go on from the model of this workspace.
 * @param fromBase whether the base model has the wished kind and size
 */
export function afreshText(t: Translate, fromBase: boolean): string {
  return fromBase
    ? t('Starts from the base model and reads all texts again. The better model is kept.')
    : t('Starts from scratch and reads all texts again. The better model is kept.');
}

/** A short training on much text must not look like none: 0.04, not 0.0. */
function passesText(epochs: number): string {
  return epochs < 0.1 ? epochs.toPrecision(1) : epochs.toFixed(epochs < 10 ? 1 : 0);
}

/** A sentence on which model training continues from, and how many files are new to it, changed or not yet read to the end. */
export function continuesText(t: Translate, { trainedAt, changedFiles, files }: Continues): string {
  const model =
    trainedAt === undefined
      ? t('Continues from the model of this workspace')
      : t('Continues from the model of {0}', localDate(trainedAt));
  const changed =
    changedFiles === 0
      ? t('no file has changed since')
      : changedFiles === 1
        ? t('{0} of {1} holds text that it has not read', changedFiles, filesText(t, files))
        : t('{0} of {1} hold text that it has not read', changedFiles, filesText(t, files));
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
  const heading = t('Learned from, except for what is kept aside to measure the result:');
  const fault = planFault(t, plan);
  const lines =
    fault === null ? [...(origin === null ? [] : [origin]), planSummary(t, plan), '', heading] : [fault];
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
