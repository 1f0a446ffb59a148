/**
 * What it is worth to know the text below the cursor: keys saved for a user who writes lines in the middle of documents, by how much
 * of the text below is known. It runs at the default eagerness, without a personal network, on files held out of those that each
 * split.json lists as `train`.
 *
 *   npx tsx bench/textBelow.ts [--workspaces DIR] [--code DIR,DIR] [--only NAME,NAME] [--characters 8000]
 *
 * A folder of --code is a workspace that `npm run bench -- quality --code` has made under .cache/bench.
 */
import { basename } from 'node:path';
import { sampleStretches, type TypedStretch } from '../src/model/evaluate/typedStretches';
import { align, type Row } from './alignRows';
import { heldOutPositions } from './quality/heldOutPositions';
import { keysAndWrong } from './quality/keysAndWrong';
import type { StretchBefore } from './quality/typedPositions';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';

/** Ki characters. */
const KNOWN = [0, 4, 16, 64] as const;

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({ characters: { type: 'string', default: '8000' } });
  const rows: Row[] = [['known below', ...KNOWN.map((kilo) => `${kilo} Ki`)]];
  for (const folder of folders) {
    const cells: string[] = [];
    for (const kilo of KNOWN) {
      process.stderr.write(`${folder} ${kilo}\n`);
      const found = await heldOutPositions(
        folder,
        Number(values.characters),
        { isBelowKnown: kilo > 0 },
        (...draw) => sampleStretches(...draw).map(before(1024 * (kilo || 4))),
      );
      cells.push(await keysAndWrong(found));
    }
    rows.push([basename(folder), ...cells]);
  }
  process.stdout.write(`Keys saved / shown but wrong, %\n${align(rows)}`);
}

/** The stretch before so many characters of the lines below its own. */
const before =
  (characters: number) =>
  (stretch: TypedStretch): StretchBefore => {
    const { text } = stretch.file;
    const lineEnd = text.indexOf('\n', stretch.to);
    return { ...stretch, after: lineEnd < 0 ? '' : text.slice(lineEnd, lineEnd + characters) };
  };

runBench(main);
