/**
 * Trains the shipped tokenizer on a fixed, balanced draw of the pretraining text.
 *   npx tsx pretraining/trainTokenizer.ts CORPUS_FOLDER VOCAB_SIZE OUT.json
 * CORPUS_FOLDER holds {prose-en,prose-zh,latex-md,code}.txt with documents separated by a line of U+000C, and the
 * same with `-heldout`, on which the bytes per token are printed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nextBoundary } from '../src/model/tokenizer/preTokenize';
import { trainBpe } from './trainBpe';

/** Megabytes drawn from each kind: prose in each of two languages and code weigh the same, markup less than half as much. */
const drawnMegabytes = { 'prose-en': 7, 'prose-zh': 7, 'latex-md': 3, code: 7 };

const [folder, vocabSize, out] = process.argv.slice(2);
if (!out) {
  throw new Error('Usage: npx tsx pretraining/trainTokenizer.ts CORPUS_FOLDER VOCAB_SIZE OUT.json');
}
const counts = new Map<string, number>();
for (const [kind, megabytes] of Object.entries(drawnMegabytes)) {
  // The documents were shuffled with a fixed seed, so the first ones are a fixed random draw.
  const text = readFileSync(join(folder, `${kind}.txt`))
    .subarray(0, megabytes * 1e6)
    .toString('utf8');
  for (let index = 0; index < text.length;) {
    const end = nextBoundary(text, index);
    // A copy, because a slice would keep the whole text alive.
    const word = Buffer.from(text.slice(index, end)).toString();
    counts.set(word, (counts.get(word) ?? 0) + 1);
    index = end;
  }
}
const tokenizer = trainBpe(counts, Number(vocabSize));
writeFileSync(out, JSON.stringify(tokenizer.toJson()));
for (const kind of Object.keys(drawnMegabytes)) {
  const text = readFileSync(join(folder, `${kind}-heldout.txt`), 'utf8');
  const bytesPerToken = Buffer.byteLength(text) / tokenizer.encode(text).length;
  console.log(`${kind}: ${bytesPerToken.toFixed(2)} bytes a token`);
}
