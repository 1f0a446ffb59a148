/**
 * What it is worth that a long document's own words are known beyond the text around the cursor: keys saved for a user who goes on
 * with a document that holds all the rest of the workspace, as a novel in one file does, with what is far from the cursor set aside
 * and with it counted. It runs at the default eagerness, without a personal network, on files held out of those that each split.json
 * lists as `train`.
 *
 *   npx tsx bench/longDocument.ts [--workspaces DIR] [--only NAME,NAME] [--characters 4000]
 */
import { basename, join } from 'node:path';
import { sampleStretches, type TypedText } from '../src/model/evaluate/typedStretches';
import { seededRandom } from '../src/model/generation/seededRandom';
import { Mixture } from '../src/model/mixture/mixture';
import { loadMixture } from '../src/terminal/loadedNetwork';
import { productPaths } from '../src/terminal/productPaths';
import { align, type Row } from './alignRows';
import { trainingTexts } from './quality/heldOutWorkspace';
import { keysAndWrong } from './quality/keysAndWrong';
import { readTypedPositions } from './quality/typedPositions';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';

const SEED = 7;

interface LongDocument {
  readonly saved: string;
  /** Written after that. */
  readonly written: string;
}

async function longDocument(folder: string): Promise<LongDocument> {
  const { learned, heldOut } = await trainingTexts(folder, SEED);
  const joined = (texts: readonly TypedText[]) => texts.map(({ text }) => `${text}\n`).join('');
  return { saved: joined(learned), written: joined(heldOut) };
}

async function keysIn(
  { saved, written }: LongDocument,
  characters: number,
  isFarKnown: boolean,
): Promise<string> {
  const { options, tokenizer } = await loadMixture(productPaths(join(__dirname, '..')), null);
  const mix = new Mixture(options);
  try {
    const file = { name: 'file:///novel/novel.txt', text: saved + written };
    mix.workspace.learnFile(file.name, tokenizer.encode(saved), false);
    if (!isFarKnown) {
      mix.workspace.narrowOpenFile = () => false;
    }
    const drawn = sampleStretches([{ ...file, text: written }], characters, seededRandom(SEED));
    const stretches = drawn.map(({ from, to }) => ({
      file,
      from: saved.length + from,
      to: saved.length + to,
    }));
    const positions = [...readTypedPositions(mix, tokenizer, stretches)];
    return await keysAndWrong({ stretches, positions });
  } finally {
    mix.dispose();
  }
}

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({ characters: { type: 'string', default: '4000' } });
  const rows: Row[] = [['', 'characters saved', 'far text set aside', 'counted']];
  for (const folder of folders) {
    process.stderr.write(`${folder}\n`);
    const text = await longDocument(folder);
    const characters = Number(values.characters);
    const cells = [await keysIn(text, characters, false), await keysIn(text, characters, true)];
    rows.push([basename(folder), text.saved.length.toString(), ...cells]);
  }
  process.stdout.write(`Keys saved / shown but wrong, %\n${align(rows)}`);
}

runBench(main);
