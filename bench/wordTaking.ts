/**
 * The measurement behind `src/model/generation/wordTaking.ts`: a user who takes single words of a suggestion and one who takes it
 * whole or not at all, by what is assumed of them and what is learned of them. It runs at the default eagerness on files held out of
 * those that each split.json lists as `train`.
 *
 *   npx tsx bench/wordTaking.ts [--workspaces DIR] [--code DIR,DIR] [--characters 8000]
 *
 * A folder of --code is a workspace that `npm run bench -- quality --code` has made under .cache/bench.
 */
import { basename } from 'node:path';
import { align, type Row } from './alignRows';
import type { CurveOptions } from './quality/eagernessCurve';
import { heldOutPositions, type HeldOutPositions } from './quality/heldOutPositions';
import { keysAndWrong } from './quality/keysAndWrong';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';

const SUPPOSED = [1, 0.75, 0.5, 0.25, 0] as const;

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({ characters: { type: 'string', default: '8000' } });
  const workspaces: HeldOutPositions[] = [];
  for (const folder of folders) {
    process.stderr.write(`${folder}\n`);
    workspaces.push(await heldOutPositions(folder, Number(values.characters)));
  }
  const rows: Row[] = [['the user takes', 'supposed', ...folders.map((folder) => basename(folder))]];
  for (const takesWords of [true, false]) {
    const user = takesWords ? 'words' : 'all or nothing';
    const add = async (title: string, options: CurveOptions) => {
      const cells = workspaces.map((workspace) => keysAndWrong(workspace, { ...options, takesWords }));
      rows.push([user, title, ...(await Promise.all(cells))]);
    };
    for (const supposed of SUPPOSED) {
      await add(supposed.toString(), { supposed, learns: { confidence: true, taking: false } });
    }
    for (const supposed of [1, 0.5]) {
      await add(`${supposed}, then learned`, { supposed });
    }
  }
  process.stdout.write(`Keys saved / shown but wrong, %\n${align(rows)}`);
}

runBench(main);
