import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { unpack } from './corpusWorkspace';
import { median } from '../median';
import { processorSeconds } from '../processorTime';

const ROUNDS = 5;
/** Most text of each kind, in UTF-16 units. */
const LONGEST = 4e6;

/** Megabytes of UTF-8 that the tokenizer alone encodes per second on one core: medians of interleaved rounds, none warmed up by another. */
export async function tokenizerSpeed(
  tokenizerPath: string,
  corpus: string,
  sources: string,
): Promise<Record<string, number>> {
  const json: unknown = JSON.parse(await readFile(tokenizerPath, 'utf8'));
  const code = (await readdir(sources, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const texts = {
    prose: (await unpack(join(corpus, 'prose-en.txt.xz'))).slice(0, LONGEST),
    Chinese: (await unpack(join(corpus, 'prose-zh.txt.xz'))).slice(0, LONGEST),
    LaTeX: (await unpack(join(corpus, 'latex-md.txt.xz'))).slice(0, LONGEST),
    code: (await Promise.all(code.map((name) => readFile(join(sources, name), 'utf8')))).join(''),
  };
  const speeds = new Map<string, number[]>(Object.keys(texts).map((kind) => [kind, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [kind, text] of Object.entries(texts)) {
      const tokenizer = Tokenizer.fromJson(json);
      const before = processorSeconds();
      tokenizer.encode(text);
      speeds.get(kind)!.push(Buffer.byteLength(text) / 1e6 / (processorSeconds() - before));
    }
  }
  return Object.fromEntries([...speeds].map(([kind, values]) => [kind, median(values)]));
}
