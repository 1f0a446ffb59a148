import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_KEYSTROKES } from '../../src/terminal/keystrokeScore';
import type { MeasuredWorkspace } from '../measuredWorkspace';
import { savingPlot } from './savingPlot';

/** Writes quality.json, from which `scripts/readmeTables.mjs` makes the README's tables, and the plot quality.svg beside it. */
export async function writeQuality(
  folder: string,
  seconds: number,
  measured: readonly MeasuredWorkspace[],
): Promise<void> {
  const curves = measured.flatMap(({ workspace, quality }) =>
    quality === null ? [] : [{ workspace, curve: quality.detail.curve }],
  );
  await mkdir(folder, { recursive: true });
  const figures = { seconds, eagerness: DEFAULT_KEYSTROKES.eagerness, workspaces: measured };
  await writeFile(join(folder, 'quality.json'), `${JSON.stringify(figures, null, 2)}\n`);
  await writeFile(join(folder, 'quality.svg'), savingPlot(curves, DEFAULT_KEYSTROKES.eagerness));
}
