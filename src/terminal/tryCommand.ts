import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TextScore } from '../model/evaluate/scoreText';
import type { DoneEvent } from '../protocol/trainerEvents';
import { defineCommand } from './command';
import { describePlan } from './describePlan';
import { drawGhostLines, type DrawnLines } from './drawGhostLines';
import { describeGhostLine } from './ghostLines';
import { heldOutTexts } from './heldOutTexts';
import { keptModelPath, realFolder } from './keptModels';
import { planFolder } from './planFolder';
import { scoreTexts } from './textScores';
import { startFor, trainForFolder } from './trainForFolder';
import { TRAINING_OPTIONS, trainingOptions } from './trainingOptions';
import { formatBytes } from './progressLine';
import { formatCount, formatNumber } from './trainingProgress';

const DEFAULT_SECONDS = 60;
/** Held-out text that is scored, so that scoring takes seconds. */
const MAX_SCORED_CHARACTERS = 60_000;
const LINES = 6;
const LINE_WIDTH = 60;

export const tryCommand = defineCommand({
  name: 'try',
  summary: 'Trains on a folder for a minute and shows its ghost text.',
  details:
    'Lists what it reads and what is left out, trains, then shows ghost text in texts that it did not train on, and how\n' +
    'well these are predicted before and after. The model is kept for the folder; "understudy model delete FOLDER" removes\n' +
    'it. Without FOLDER, on the sources and documents of this project.',
  positionals: { names: ['FOLDER'], required: 0 },
  options: TRAINING_OPTIONS,
  run: async (given, [place], terminal) => {
    const folder = await realFolder(place ?? terminal.product.root);
    const options = trainingOptions(terminal, given, DEFAULT_SECONDS);
    const initialModelPath = await startFor(terminal, folder, options, true);
    const earlier = await keptModelPath(folder);
    const plan = await planFolder(terminal, folder, options, initialModelPath, earlier);
    terminal.write(`${folder}\n${describePlan(plan)}\n`);
    const { done, engine } = await trainForFolder(terminal, { folder, options, initialModelPath, out: null });
    terminal.signal.throwIfAborted();
    terminal.write(`${describeTraining(done, engine)}\n`);

    // That of an earlier training, if it is better.
    const kept = await keptModelPath(folder);
    if (done.modelPath === null) {
      terminal.write(
        kept === null
          ? 'Training did not help on texts kept aside, so nothing is changed; a longer --seconds may.\n'
          : 'The model of an earlier training is better on texts kept aside, so it stays.\n',
      );
    }
    const texts = await heldOutTexts(plan, MAX_SCORED_CHARACTERS);
    const before = await scoreTexts(terminal, texts, null);
    const drawn = await drawGhostLines(terminal, texts, kept, LINES, options.seed);
    terminal.write(describeDrawn(drawn, folder));
    if (kept !== null) {
      terminal.write(describeScores(before, await scoreTexts(terminal, texts, kept)));
    }
    terminal.write(
      '\nVS Code keeps models of its own, which Train on Workspace makes. To write in this folder with ghost text:  ' +
        `npm run vscode -- ${asArgument(folder)}\n`,
    );
  },
});

/** A path as it is given to a shell. */
export function asArgument(path: string, platform = process.platform): string {
  if (/^[\p{L}\p{N}_./\\:-]+$/u.test(path)) {
    return path;
  }
  // Between double quotes these stand for something else; the shells of Windows agree on no other quotes.
  const isLiteral = platform === 'win32' || !/["$`!]/.test(path);
  return isLiteral ? `"${path}"` : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}

function describeTraining({ steps, tokensPerSecond }: DoneEvent, engine: string | null): string {
  return `Trained ${formatCount(steps, 'step')} with ${engine}, ${formatNumber(tokensPerSecond)} tokens/s.`;
}

/** @param folder that the names of the lines' files are below, absolute */
export function describeDrawn({ lines, tried }: DrawnLines, folder: string): string {
  if (tried === 0) {
    return '\nThe texts kept aside have no line that is long enough to show ghost text in.\n';
  }
  if (lines.length === 0) {
    return `\nAt none of ${formatCount(tried, 'place')} in the texts kept aside was a suggestion certain enough to be shown.\n`;
  }
  const described = lines.map((line) => {
    const path = relative(folder, fileURLToPath(line.file.name));
    return describeGhostLine({ ...line, file: { ...line.file, name: path } }, LINE_WIDTH);
  });
  return (
    `\nGhost text in texts that were kept aside (shown at ${lines.length} of ${formatCount(tried, 'place')} tried):\n\n` +
    `${described.join('\n\n')}\n`
  );
}

/** Of the network that is kept, which may predict this sample worse than none does. */
export function describeScores(before: TextScore, after: TextScore): string {
  const mix = [before.bitsPerByte['mix'], after.bitsPerByte['mix']];
  const change = 100 * (mix[1] / mix[0] - 1);
  return (
    `\nScore on ${formatBytes(after.bytes)} of them, in bits per byte (lower is better): ` +
    `${mix[0].toFixed(3)} before training, ${mix[1].toFixed(3)} after (${Math.abs(change).toFixed(1)} % ${change > 0 ? 'more' : 'fewer'}).\n`
  );
}
