import type { Tokenizer } from '../tokenizer/tokenizer';
import { firstCharacter } from './wordCharacters';

/** A punctuation mark or sign that may follow a text. */
export interface NextMark {
  readonly mark: string;
  /** Of all tokens that begin with it, 0 to 1. */
  readonly probability: number;
}

interface MarkTable {
  readonly marks: readonly string[];
  /** By token id [vocabSize], the index of the mark that it begins with; `marks.length` for none. */
  readonly markOf: Uint16Array;
}

const MARK = /^[\p{P}\p{S}]$/u;

const tables = new WeakMap<Tokenizer, MarkTable>();

/**
 * The likeliest mark at the beginning of what follows. A closing bracket, say, is often divided among many tokens, alone and together
 * with the comma, full stop or line end after it, of which none is likely.
 * @param probs [vocabSize], of the next token
 */
export function nextMark(tokenizer: Tokenizer, probs: Float32Array): NextMark | null {
  let table = tables.get(tokenizer);
  if (table === undefined) {
    table = markTable(tokenizer);
    tables.set(tokenizer, table);
  }
  const { marks, markOf } = table;
  const sums = new Float64Array(marks.length + 1);
  for (let id = 0; id < probs.length; id++) {
    sums[markOf[id]] += probs[id];
  }
  const ofMarks = sums.subarray(0, marks.length);
  const probability = Math.max(0, ...ofMarks);
  return probability === 0 ? null : { mark: marks[ofMarks.indexOf(probability)], probability };
}

function markTable(tokenizer: Tokenizer): MarkTable {
  const first = Array.from({ length: tokenizer.vocabSize }, (_, id) =>
    firstCharacter(tokenizer.decode([id])),
  );
  const marks = [...new Set(first.filter((character) => character !== '\ufffd' && MARK.test(character)))];
  const indices = new Map(marks.map((mark, i) => [mark, i]));
  return { marks, markOf: Uint16Array.from(first, (character) => indices.get(character) ?? marks.length) };
}
