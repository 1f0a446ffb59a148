/**
 * The measurement behind the costs in `src/model/generation/expectedSaving.ts`: the curve of eagerness on files held out of those
 * that each split.json lists as `train`. Its `test` files are never opened.
 *
 *   npx tsx bench/eagernessCosts.ts [--workspaces DIR] [--code DIR,DIR] [--characters 6000]
 *
 * A folder of --code is a workspace that `npm run bench -- quality --code` has made under .cache/bench.
 */
import { basename } from 'node:path';
import { costOfWrong } from '../src/model/generation/expectedSaving';
import { align, type Row } from './alignRows';
import { eagernessCurve, EAGERNESSES, type CurvePoint } from './quality/eagernessCurve';
import { heldOutPositions } from './quality/heldOutPositions';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({ characters: { type: 'string', default: '6000' } });
  const curves: CurvePoint[][] = [];
  for (const folder of folders) {
    process.stderr.write(`${folder}\n`);
    const { stretches, positions } = await heldOutPositions(folder, Number(values.characters));
    curves.push(await eagernessCurve(stretches, positions));
  }
  const percent = (share: number) => (100 * share).toFixed(1);
  const rows = EAGERNESSES.map((eagerness, i): Row => [
    eagerness.toString(),
    costOfWrong(eagerness, 'prose').toFixed(2),
    costOfWrong(eagerness, 'code').toFixed(2),
    ...curves.map((curve) => `${percent(curve[i].savedShare)} / ${percent(curve[i].wrongShownShare)}`),
  ]);
  const head: Row = ['eagerness', 'cost in prose', 'in code', ...folders.map((folder) => basename(folder))];
  process.stdout.write(`Keys saved / shown but wrong, %\n${align([head, ...rows])}`);
}

runBench(main);
