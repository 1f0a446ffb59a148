/**
 * What the costs in `src/model/generation/expectedSaving.ts` were chosen by: the curve of eagerness on files held out of those
 * that each split.json names `train`; its `test` files are never opened.
 *
 *   npx tsx bench/eagernessCosts.ts [--workspaces DIR] [--code DIR,DIR] [--characters 6000]
 *
 * A folder of --code is a workspace that `npm run bench -- quality --code` has made below .cache/bench.
 */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { sampleStretches } from '../src/model/evaluate/typedStretches';
import { costOfWrong } from '../src/model/generation/expectedSaving';
import { tokenKinds } from '../src/model/tokenizer/tokenKinds';
import { seededRandom } from '../src/model/generation/seededRandom';
import { leastExplored } from '../src/model/generation/suggestionSearch';
import { Mixture } from '../src/model/mixture/mixture';
import { DEFAULT_KEYSTROKES } from '../src/terminal/keystrokeScore';
import { productPaths } from '../src/terminal/productPaths';
import { holdOutFromTraining, readSplit, readTexts } from '../src/terminal/split';
import { fileUri } from '../src/terminal/workspaceTexts';
import { align, type Row } from './alignRows';
import { eagernessCurve, EAGERNESSES, type CurvePoint } from './quality/eagernessCurve';
import { loadNetworks } from './quality/loadNetworks';
import { readTypedPositions } from './quality/typedPositions';
import { workspaceFolders } from './workspaceFolders';

const SEED = 7;

/** Without a personal network, which would have to be trained on the rest of the files. */
async function measure(folder: string, characters: number): Promise<CurvePoint[]> {
  const { train } = await readSplit(join(folder, 'split.json'));
  const texts = await readTexts(folder, train);
  const heldOut = new Set(holdOutFromTraining(folder, texts, SEED).heldOut);
  const named = texts.map(({ path, text }) => ({ path, name: fileUri(folder, path), text }));
  const { networks, gate, tokenizer } = await loadNetworks(productPaths(join(__dirname, '..')), null);
  const { vocabSize, endOfTextId } = tokenizer;
  const mix = new Mixture({ vocabSize, endOfTextId, kinds: tokenKinds(tokenizer), gate, networks });
  for (const { path, name, text } of named) {
    if (!heldOut.has(path)) {
      mix.workspace.learnFile(name, tokenizer.encode(text), false);
    }
  }
  const files = named.filter(({ path }) => heldOut.has(path));
  const stretches = sampleStretches(files, characters, seededRandom(SEED));
  const minProbability = leastExplored(costOfWrong(1));
  const { maxNewTokens } = DEFAULT_KEYSTROKES;
  const positions = [...readTypedPositions(mix, tokenizer, stretches, { minProbability, maxNewTokens })];
  mix.dispose();
  return eagernessCurve(stretches, positions);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workspaces: { type: 'string', default: '../shared/workspaces' },
      code: { type: 'string', default: '' },
      characters: { type: 'string', default: '6000' },
    },
  });
  const packages = values.code.split(',').filter((folder) => folder !== '');
  const folders = workspaceFolders(values.workspaces, [], packages);
  const curves: CurvePoint[][] = [];
  for (const folder of folders) {
    process.stderr.write(`${folder}\n`);
    curves.push(await measure(folder, Number(values.characters)));
  }
  const percent = (share: number) => (100 * share).toFixed(1);
  const rows = EAGERNESSES.map((eagerness, i): Row => [
    eagerness.toString(),
    costOfWrong(eagerness).toFixed(2),
    ...curves.map((curve) => `${percent(curve[i].savedShare)} / ${percent(curve[i].wrongShownShare)}`),
  ]);
  const head: Row = ['eagerness', 'cost', ...folders.map((folder) => basename(folder))];
  process.stdout.write(`Keys saved / shown but wrong, %\n${align([head, ...rows])}`);
}

void main();
