/**
 * Compares learning rates of the gate in `src/model/mixture`: bits per byte of the mix on files held out of those that each
 * split.json lists as `train`. `test` files are never opened.
 *
 *   npx tsx bench/gateRate.ts [--workspaces DIR] [--rates 0.03,0.05,0.1,0.2] [--tokens 9000] [--models DIR]
 *
 * DIR of --models holds what `npm run bench -- quality` has trained (.cache/bench). Without a workspace's model, the base is the only
 * network.
 */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { scoreText, type ScoredDocument } from '../src/model/evaluate/scoreText';
import { Mixture } from '../src/model/mixture/mixture';
import { tokenKinds } from '../src/model/tokenizer/tokenKinds';
import { DEFAULT_TRAINING } from '../src/protocol/trainerProtocol';
import { productPaths } from '../src/terminal/productPaths';
import { holdOutFromTraining, readSplit, readTexts } from '../src/terminal/split';
import { fileUri } from '../src/terminal/workspaceTexts';
import { align, type Row } from './alignRows';
import { loadNetworks } from './quality/loadNetworks';
import { workspaceFolders } from './workspaceFolders';

/** Most tokens scored of one file, so that a small sample covers many files. */
const MOST_DOCUMENT_TOKENS = 2000;

/** Bits per byte of the mix, by rate. The held-out files are the ones that the trainer held out too. */
async function measure(
  folder: string,
  rates: readonly number[],
  most: number,
  modelPath: string | null,
): Promise<number[]> {
  const { train } = await readSplit(join(folder, 'split.json'));
  const texts = await readTexts(folder, train);
  const heldOut = new Set(holdOutFromTraining(folder, texts, DEFAULT_TRAINING.seed).heldOut);
  const { networks, gate, tokenizer } = await loadNetworks(productPaths(join(__dirname, '..')), modelPath);
  const { vocabSize, endOfTextId } = tokenizer;
  const options = { vocabSize, endOfTextId, kinds: tokenKinds(tokenizer), gate, networks };
  const { workspace } = new Mixture(options);
  const documents: ScoredDocument[] = [];
  let room = most;
  for (const { path, text } of texts) {
    const uri = fileUri(folder, path);
    const encoded = tokenizer.encode(text);
    if (!heldOut.has(path)) {
      workspace.learnFile(uri, encoded, false);
    } else if (room > 0) {
      const tokens = encoded.subarray(0, Math.min(room, MOST_DOCUMENT_TOKENS));
      const bytes = tokens.reduce((sum, id) => sum + tokenizer.tokenBytes(id).length, 0);
      documents.push({ uri, tokens, bytes });
      room -= tokens.length;
    }
  }
  const bits: number[] = [];
  for (const gateLearningRate of rates) {
    const mix = new Mixture({ ...options, workspace, settings: { gateLearningRate } });
    bits.push((await scoreText(mix, documents)).bitsPerByte['mix']);
  }
  return bits;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      workspaces: { type: 'string', default: '../shared/workspaces' },
      rates: { type: 'string', default: '0.03,0.05,0.1,0.2' },
      tokens: { type: 'string', default: '9000' },
      models: { type: 'string' },
    },
  });
  const { models } = values;
  const rates = values.rates.split(',').map(Number);
  const rows: Row[] = [['', ...rates.map((rate) => `rate ${rate}`)]];
  for (const folder of workspaceFolders(values.workspaces, [], [])) {
    const name = basename(folder);
    process.stderr.write(`${name}\n`);
    const model =
      models === undefined
        ? undefined
        : readdirSync(models).find((file) => file.startsWith(`${name}-`) && file.endsWith('.safetensors'));
    const modelPath = model === undefined ? null : join(models!, model);
    const bits = await measure(folder, rates, Number(values.tokens), modelPath);
    rows.push([name, ...bits.map((value) => value.toFixed(4))]);
  }
  process.stdout.write(`Bits per byte of held-out training files\n${align(rows)}`);
}

void main();
