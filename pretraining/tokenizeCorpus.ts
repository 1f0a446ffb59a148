/**
 * Turns the pretraining text into tokens, once, for the Python twin of the trainer:
 *   npx tsx pretraining/tokenizeCorpus.ts CORPUS_FOLDER OUT_FOLDER [TOKENIZER.json]
 * Each NAME.txt becomes NAME.u16: little-endian 16-bit token ids, an end-of-text token before each document and after
 * the last. Held-out files also get NAME.json with their number of bytes.
 */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '../src/model/tokenizer/tokenizer';
import { DOCUMENT_SEPARATOR } from './corpusFormat';

const [corpusFolder, outFolder, tokenizerPath] = process.argv.slice(2);
if (outFolder === undefined) {
  throw new Error('Usage: npx tsx pretraining/tokenizeCorpus.ts CORPUS_FOLDER OUT_FOLDER [TOKENIZER.json]');
}
const tokenizer = Tokenizer.fromJson(
  JSON.parse(
    readFileSync(tokenizerPath ?? join(__dirname, '..', 'models', 'base', 'tokenizer.json'), 'utf8'),
  ),
);
mkdirSync(outFolder, { recursive: true });
for (const file of readdirSync(corpusFolder).filter((name) => name.endsWith('.txt'))) {
  const name = file.slice(0, -'.txt'.length);
  const documents = readFileSync(join(corpusFolder, file), 'utf8').split(DOCUMENT_SEPARATOR);
  const encoded = documents.map((text) => tokenizer.encode(text));
  const length = encoded.reduce((sum, ids) => sum + ids.length + 1, 1);
  const ids = new Uint16Array(length).fill(tokenizer.endOfTextId);
  let offset = 1;
  for (const document of encoded) {
    ids.set(document, offset);
    offset += document.length + 1;
  }
  writeFileSync(join(outFolder, `${name}.u16`), ids);
  const bytes = documents.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  writeFileSync(
    join(outFolder, `${name}.json`),
    JSON.stringify({ bytes, tokens: length, documents: documents.length }),
  );
  console.log(
    `${name}: ${documents.length} documents, ${bytes} bytes, ${(bytes / length).toFixed(2)} bytes a token`,
  );
}
