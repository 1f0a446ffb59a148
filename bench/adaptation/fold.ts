/** Splits a workspace's training files again, for cross-validation; the test files of its split are never opened. */
import { basename, join } from 'node:path';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { readSplit, readTexts } from '../../src/terminal/split';
import type { DocumentTokens } from '../../src/trainer/data/batchStream';
import { shuffledIndices } from '../../src/trainer/data/shuffledIndices';

export interface Fold {
  /** E.g. `zh-docs 2`. */
  readonly name: string;
  /** Each document: end of text, the text, end of text. */
  readonly learned: readonly DocumentTokens[];
  readonly heldOut: readonly FoldDocument[];
}

export interface FoldDocument {
  readonly path: string;
  readonly tokens: Int32Array;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

/** Most tokens scored of one file, so that a small sample covers many files. */
const MOST_DOCUMENT_TOKENS = 1024;

export interface FoldOptions {
  readonly folds: number;
  /** Tokens scored in each fold. */
  readonly heldOutTokens: number;
  /** Files to learn from stop after about this many tokens: in a small workspace, the same time makes more passes. */
  readonly learnedTokens: number;
  /** Null holds out whole files at random; a number holds out the files after this share of them, by path: what comes next. */
  readonly after: number | null;
}

export async function foldsOf(
  folder: string,
  tokenizer: Tokenizer,
  { folds, heldOutTokens, learnedTokens, after }: FoldOptions,
): Promise<Fold[]> {
  const { train } = await readSplit(join(folder, 'split.json'));
  const texts = await readTexts(folder, train.toSorted());
  const order = after === null ? [...shuffledIndices(texts.length, 42)] : [...texts.keys()];
  const documents = order.map((i) => ({ path: texts[i].path, tokens: tokenizer.encode(texts[i].text) }));
  const ranges =
    after === null ? Array.from({ length: folds }, (_, i) => [i / 5, (i + 1) / 5]) : [[after, 1]];
  return ranges.map(([from, to], i) => {
    const isHeldOut = (n: number) => n >= from * documents.length && n < to * documents.length;
    let left = learnedTokens;
    const learned = documents.filter((document, n) => {
      const taken = !isHeldOut(n) && left > 0;
      left -= taken ? document.tokens.length : 0;
      return taken;
    });
    const heldOut: FoldDocument[] = [];
    let room = heldOutTokens;
    for (const { path, tokens } of documents.filter((_, n) => isHeldOut(n))) {
      const part = tokens.subarray(0, Math.min(room, MOST_DOCUMENT_TOKENS));
      if (part.length > 0) {
        const bytes = part.reduce((sum, id) => sum + tokenizer.tokenBytes(id).length, 0);
        heldOut.push({ path, tokens: part, bytes });
        room -= part.length;
      }
    }
    return {
      name: after === null ? `${basename(folder)} ${i + 1}` : `${basename(folder)} next`,
      learned: learned.map(({ tokens }) =>
        Uint16Array.from([tokenizer.endOfTextId, ...tokens, tokenizer.endOfTextId]),
      ),
      heldOut,
    };
  });
}
