/** The plan of a training, as `train` and `try` print it: what it would read and what is left out. */
import { LEFT_OUT_REASONS, type LeftOutReason } from '../trainer/corpus/leftOutReason';
import { localDate } from '../protocol/localDate';
import type { TrainingPlan } from '../protocol/trainerEvents';
import { formatBytes, onOneLine } from './progressLine';
import { formatCount, formatNumber } from './trainingProgress';

const MOST_FILES = 12;
const MOST_EXAMPLES = 5;

/** Lines with the largest files first. */
export function describePlan(plan: TrainingPlan): string {
  const { files, trainBytes, heldOutBytes, leftOut, largestLeftOut, continues, estimate } = plan;
  const shown = files.toSorted((a, b) => b.bytes - a.bytes).slice(0, MOST_FILES);
  const heldOut = files.filter(({ heldOutShare }) => heldOutShare > 0).length;
  const lines = [
    `Reads ${formatCount(files.length, 'file')}, ${formatBytes(trainBytes + heldOutBytes)}${files.length > 0 ? ':' : '.'}`,
    ...shown.map(({ path, bytes }) => `  ${formatBytes(bytes).padStart(9)}  ${onOneLine(path)}`),
  ];
  if (files.length > shown.length) {
    lines.push(`             and ${formatNumber(files.length - shown.length)} smaller`);
  }
  const reasons = Object.entries(leftOut).toSorted(([, a], [, b]) => b - a);
  if (reasons.length > 0) {
    lines.push('Left out:');
    for (const [reason, count] of reasons) {
      const examples = largestLeftOut.filter((file) => file.reason === reason).slice(0, MOST_EXAMPLES);
      const names =
        examples.length === 0 ? '' : ` (${examples.map(({ path }) => onOneLine(path)).join(', ')})`;
      const why = LEFT_OUT_REASONS[reason as LeftOutReason] ?? reason;
      lines.push(`  ${formatNumber(count).padStart(9)}  ${why}${names}`);
    }
  }
  if (continues !== null) {
    const { trainedAt, changedFiles } = continues;
    const model =
      trainedAt === undefined ? 'the model of this folder' : `the model of ${localDate(trainedAt)}`;
    const changed =
      changedFiles === 0
        ? 'no file has changed since'
        : `${formatNumber(changedFiles)} of ${formatCount(continues.files, 'file')} ${changedFiles === 1 ? 'holds' : 'hold'} text that it has not read; ` +
          `${formatNumber(estimate.seconds)} s, mostly for these`;
    lines.push(`Continues from ${model}: ${changed}.`);
  }
  if (plan.startsAfresh) {
    lines.push('Starts from scratch: there is no model of this kind and size to continue from.');
  }
  if (files.length > 0 && plan.tooLittle) {
    lines.push('That is too little text to learn from.');
  } else if (files.length > 0) {
    lines.push(
      `Keeps ${formatBytes(heldOutBytes)} of ${formatCount(heldOut, 'file')} aside to measure on; learns from ` +
        `${formatCount(estimate.trainTokens, 'token')}.`,
    );
  }
  return `${lines.join('\n')}\n`;
}
