import type { DoneEvent, HeldOutScore, MixScores } from '../protocol/trainerEvents';
import { defineCommand } from './command';
import { describePlan } from './describePlan';
import { keptModelPath, realFolder } from './keptModels';
import { trainingPlaces } from './modelPlace';
import { planFolder } from './planFolder';
import { formatBytes } from './progressLine';
import { startFor, trainForFolder } from './trainForFolder';
import { TRAINING_OPTIONS, trainingOptions } from './trainingOptions';
import { formatCount, formatNumber } from './trainingProgress';

const DEFAULT_SECONDS = 600;

export const trainCommand = defineCommand({
  name: 'train',
  summary: 'Learns the texts of a folder.',
  details:
    "Trains for 600 s unless --seconds says otherwise, starting from the folder's own model, else from the base model. Keeps\n" +
    'the better network, measured on texts that it did not train on. Ctrl+C keeps nothing; a training that was ended by a\n' +
    'crash, a closed terminal or SIGTERM continues when it is started again.',
  positionals: { names: ['FOLDER'], required: 1 },
  options: {
    ...TRAINING_OPTIONS,
    out: { type: 'text', value: 'MODEL', help: 'writes this file instead of the model kept for the folder' },
    fresh: { type: 'flag', help: 'does not start from the model that the folder has' },
  },
  run: async (given, [place], terminal) => {
    const folder = await realFolder(place);
    const out = given.out === undefined ? null : await trainingPlaces(given.out);
    const options = trainingOptions(terminal, given, DEFAULT_SECONDS);
    const initialModelPath = await startFor(terminal, folder, options, given.fresh);
    if (terminal.progress.visible) {
      const earlier = out?.modelPath ?? (await keptModelPath(folder));
      terminal.note(describePlan(await planFolder(terminal, folder, options, initialModelPath, earlier)));
    }
    const { done, engine } = await trainForFolder(terminal, { folder, options, initialModelPath, out });
    if (done.outcome === 'cancelled') {
      terminal.note('Training was cancelled, and no model was written.');
      terminal.signal.throwIfAborted();
    }
    terminal.write(
      `${formatCount(done.steps, 'step')} with ${engine}, ${formatNumber(done.tokensPerSecond)} tokens/s\n` +
        `${describeResult(done)}\n`,
    );
  },
});

/** Whether training helped, and what was kept. */
export function describeResult({ before, after, earlier, mix, modelPath }: DoneEvent): string {
  if (after === null) {
    return 'The time was over before one step was made, so no model was written; give a longer --seconds.';
  }
  const bits = ({ bitsPerByte }: HeldOutScore) => bitsPerByte.toFixed(3);
  const from = before === null ? '' : `${bits(before)} → `;
  const measured = `${from}${bits(after)} bits per byte on ${formatBytes(after.bytes)} kept aside`;
  if (modelPath === null && earlier !== undefined) {
    const asAWhole = mix === undefined ? '' : `\n${describeMix(mix)}`;
    return `The model that is there stays: ${bits(earlier)} bits per byte, and the new one has ${measured}.${asAWhole}`;
  }
  const gain = mix === undefined ? '' : `${describeMix(mix)}\n`;
  if (modelPath === null && mix !== undefined) {
    return `${measured}\n${gain}The new network does not improve ghost text as a whole, so no model was written.`;
  }
  return modelPath === null
    ? `Training did not help (${measured}), so no model was written.`
    : `${measured}\n${gain}model: ${modelPath}`;
}

function describeMix({ before, earlier, after }: MixScores): string {
  const bits = ({ bitsPerByte }: HeldOutScore) => bitsPerByte.toFixed(3);
  const without =
    earlier === undefined
      ? bits(before)
      : `${bits(before)} without, ${bits(earlier)} with the earlier network`;
  return `ghost text as a whole: ${without} → ${bits(after)} bits per byte`;
}
