/**
 * Learns the gate that the base model ships with, on text that the base network has never seen:
 *   npx tsx pretraining/trainGate.ts BASE.safetensors CORPUS_FOLDER OUT.json
 * Each held-out file of the corpus stands for a workspace: its documents are divided into a few folds, and each fold is
 * read as if it were being written, after the others were learned. The personal network's weight in the gate stays that of
 * the base; training on a workspace adjusts it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpoint } from '../src/model/checkpoint/checkpoint';
import { Mixture } from '../src/model/mixture/mixture';
import { scoreText } from '../src/model/evaluate/scoreText';
import { createKernelNetwork } from '../src/model/network/kernelNetwork';
import { tokenKinds } from '../src/model/tokenizer/tokenKinds';
import { Tokenizer } from '../src/model/tokenizer/tokenizer';
import { DOCUMENT_SEPARATOR } from './corpusFormat';

const KINDS = ['prose-en', 'prose-zh', 'latex-md', 'code'];
const FOLDS = 4;
/** One rate per round, falling so that the last text read does not count more than the others. */
const LEARNING_RATES = [0.05, 0.02, 0.008];

async function main([basePath, corpusFolder, out]: string[]): Promise<void> {
  if (out === undefined) {
    throw new Error('Usage: npx tsx pretraining/trainGate.ts BASE.safetensors CORPUS_FOLDER OUT.json');
  }
  const { config, weights, tokenizer: json } = decodeCheckpoint(readFileSync(basePath), basePath);
  const tokenizer = Tokenizer.fromJson(json);
  const base = createKernelNetwork(
    config,
    weights,
    'base',
    readFileSync(join(__dirname, '..', 'dist', 'kernel.wasm')),
  );
  const workspaces = KINDS.map((kind) => {
    const texts = readFileSync(join(corpusFolder, `${kind}-heldout.txt`), 'utf8').split(DOCUMENT_SEPARATOR);
    const documents = texts.map((text, i) => ({
      // Each in its own folder, as neighbours in a corpus are not neighbours in a workspace.
      uri: `${kind}/${i}/text`,
      tokens: tokenizer.encode(text),
      bytes: Buffer.byteLength(text),
    }));
    return { kind, documents };
  });
  let gate: Float32Array | null = null;
  for (const [round, gateLearningRate] of LEARNING_RATES.entries()) {
    for (const { kind, documents } of workspaces) {
      const mixture: Mixture = new Mixture({
        kinds: tokenKinds(tokenizer),
        networks: [base],
        gate,
        gateLearningRate,
      });
      const isTest = (i: number): boolean => i % FOLDS === round % FOLDS;
      for (const [i, { uri, tokens }] of documents.entries()) {
        if (!isTest(i)) {
          mixture.workspace.learnFile(uri, tokens, false);
        }
      }
      const test = documents.filter((_, i) => isTest(i)).slice(0, 24);
      const { bitsPerByte } = await scoreText(mixture, test);
      gate = mixture.gate.parameters;
      console.log(`round ${round + 1}, ${kind}: ${JSON.stringify(bitsPerByte)}`);
    }
  }
  writeFileSync(out, JSON.stringify([...gate!].map((value) => Number(value.toFixed(4)))));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
