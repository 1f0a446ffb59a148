import type { ScoredDocument } from '../../src/model/evaluate/scoreText';
import type { TypedText } from '../../src/model/evaluate/typedStretches';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';

/** Most bytes of all documents together, in UTF-8, as scoring once without each expert takes long. */
const MOST_BYTES = 40_000;

/** The beginnings of documents, each in proportion to its document's length and cut at a line. */
export function documentHeads(files: readonly TypedText[], tokenizer: Tokenizer): ScoredDocument[] {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const share = Math.min(1, MOST_BYTES / bytes);
  return files.map(({ name, text }) => {
    const lineEnd = text.indexOf('\n', Math.ceil(share * text.length) - 1);
    const head = lineEnd < 0 ? text : text.slice(0, lineEnd + 1);
    return { uri: name, tokens: tokenizer.encode(head), bytes: Buffer.byteLength(head) };
  });
}
