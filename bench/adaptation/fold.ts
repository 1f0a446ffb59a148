/** A workspace's own training files, parted again: the test files of a split are never opened. */
import { basename, join } from 'node:path';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { readSplit, readTexts } from '../../src/terminal/split';
import type { DocumentTokens } from '../../src/trainer/data/batchStream';
import { shuffledIndices } from '../../src/trainer/data/shuffledIndices';

export interface Fold {
  /** E.g. `zh-docs 2`. */
  readonly name: string;
  /** Each: end of text, the text, end of text. */
  readonly learned: readonly DocumentTokens[];
  readonly heldOut: readonly FoldDocument[];
}

export interface FoldDocument {
  readonly path: string;
  readonly tokens: Int32Array;
  /** Of the text in UTF-8. */
  readonly bytes: number;
}

/** As much of one file is scored, so that a small sample sees many. */
const MOST_DOCUMENT_TOKENS = 1024;

export interface FoldOptions {
  readonly folds: number;
  /** Scored of each fold. */
  readonly heldOutTokens: number;
  /** The files learned from are left out after this many tokens: a small workspace, of which the same time makes many passes. */
  readonly learnedTokens: number;
  /** Null draws whole files at random; else the files after this share of them, by path, are held out: what comes next. */
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
