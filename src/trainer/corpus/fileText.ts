/** Reads a file as the text that is learned: decoded, and of a notebook only its cells. */
import { decodeText } from './decodeText';
import type { LeftOutReason } from './leftOutReason';
import { isNotebook, notebookText } from './notebook';
import { readHead } from './readHead';

/** Outputs, such as pictures, make most of a large notebook, and its text is in the cells between them. */
const MAX_NOTEBOOK_BYTES = 8 * 1024 * 1024;

export type FileReading =
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Whether only the beginning of the file was read. */
      readonly truncated: boolean;
      /** When the file was last changed, milliseconds since 1970. */
      readonly modified: number;
    }
  | { readonly kind: 'leftOut'; readonly reason: LeftOutReason };

/**
 * The text of a file, or of its beginning when it has more than `maxBytes`. Never throws for a file that vanished, cannot be read
 * or holds no text: the result says that it is left out.
 * @param oldEncoding see {@link decodeText}
 */
export async function readFileText(path: string, maxBytes: number, oldEncoding = ''): Promise<FileReading> {
  const isCells = isNotebook(path);
  const head = await readHead(path, isCells ? Math.max(maxBytes, MAX_NOTEBOOK_BYTES) : maxBytes);
  if (head.kind === 'leftOut') {
    return head;
  }
  const { truncated, modified } = head;
  if (isCells && truncated) {
    return { kind: 'leftOut', reason: 'largeNotebook' };
  }
  const decoded = decodeText(head.bytes, oldEncoding);
  if (decoded.kind !== 'text') {
    return { kind: 'leftOut', reason: decoded.kind };
  }
  const text = isCells ? notebookText(decoded.text) : decoded.text;
  return text === null
    ? { kind: 'leftOut', reason: 'otherNotebook' }
    : { kind: 'text', text, truncated, modified };
}
