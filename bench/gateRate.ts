/**
 * Compares learning rates of the gate in `src/model/mixture`: bits per byte of the mix on files held out of those that each
 * split.json lists as `train`. `test` files are never opened.
 *
 *   npx tsx bench/gateRate.ts [--workspaces DIR] [--rates 0.03,0.05,0.1,0.2] [--tokens 9000] [--models DIR]
 *
 * DIR of --models holds what `npm run bench -- quality` has trained (.cache/bench). Without a workspace's model, the base is the only
 * network.
 */
import { basename } from 'node:path';
import { scoreText } from '../src/model/evaluate/scoreText';
import { Mixture } from '../src/model/mixture/mixture';
import { align, type Row } from './alignRows';
import { heldOutDocuments } from './quality/heldOutDocuments';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';

/** Bits per byte of the mix, by rate. */
async function measure(
  folder: string,
  rates: readonly number[],
  most: number,
  models: string | undefined,
): Promise<number[]> {
  const { mix, options, documents } = await heldOutDocuments(folder, most, models);
  const bits: number[] = [];
  for (const gateLearningRate of rates) {
    const rated = new Mixture({ ...options, workspace: mix.workspace, gateLearningRate });
    bits.push((await scoreText(rated, documents)).bitsPerByte['mix']);
  }
  return bits;
}

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({
    rates: { type: 'string', default: '0.03,0.05,0.1,0.2' },
    tokens: { type: 'string', default: '9000' },
    models: { type: 'string' },
  });
  const rates = values.rates.split(',').map(Number);
  const rows: Row[] = [['', ...rates.map((rate) => `rate ${rate}`)]];
  for (const folder of folders) {
    const name = basename(folder);
    process.stderr.write(`${name}\n`);
    const bits = await measure(folder, rates, Number(values.tokens), values.models);
    rows.push([name, ...bits.map((value) => value.toFixed(4))]);
  }
  process.stdout.write(`Bits per byte of held-out training files\n${align(rows)}`);
}

runBench(main);
