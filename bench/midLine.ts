/**
 * Ghost text in the middle of a line: keys saved for a user who inserts words into lines, with suggestions that have to join the text
 * right of the cursor and with those that do not. In code, the closing brackets, quotes and separators at a line's end stand there.
 * It runs at three eagernesses, without a personal network, on files held out of those that each split.json lists as `train`.
 *
 *   npx tsx bench/midLine.ts [--workspaces DIR] [--code DIR,DIR] [--only NAME,NAME] [--characters 4000] [--anywhere]
 *
 * With --anywhere, code too may stand there, as with `understudy.midLineInCode`.
 * A folder of --code is a workspace that `npm run bench -- quality --code` has made under .cache/bench.
 */
import { basename } from 'node:path';
import { align, type Row } from './alignRows';
import { eagernessCurve } from './quality/eagernessCurve';
import { heldOutPositions } from './quality/heldOutPositions';
import { sampleInsertions } from './quality/insertedStretches';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';

const EAGERNESSES = [0.25, 0.5, 0.75] as const;

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({
    characters: { type: 'string', default: '4000' },
    anywhere: { type: 'boolean', default: false },
  });
  const rows: Row[] = [['', 'suggestions', ...EAGERNESSES.map((eagerness) => `eagerness ${eagerness}`)]];
  for (const folder of folders) {
    for (const isJoined of [false, true]) {
      process.stderr.write(`${folder} ${isJoined ? 'joined' : 'alone'}\n`);
      const { stretches, positions } = await heldOutPositions(
        folder,
        Number(values.characters),
        { isBelowKnown: true, isJoined, midLineInCode: values.anywhere },
        (files, characters, random) => sampleInsertions(files, characters, random, values.anywhere),
      );
      const curve = await eagernessCurve(stretches, positions, EAGERNESSES);
      const cells = curve.map(({ savedShare, wrongShownShare, calibrationError, shown }) =>
        [savedShare, wrongShownShare, calibrationError]
          .map((share) => (100 * share).toFixed(1))
          .concat(shown.toString())
          .join(' / '),
      );
      rows.push([basename(folder), isJoined ? 'have to join' : 'need not', ...cells]);
    }
  }
  process.stdout.write(
    `Keys saved / shown but wrong / calibration error, %, and number shown\n${align(rows)}`,
  );
}

runBench(main);
