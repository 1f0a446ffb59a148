import { decodeText } from './decodeText';
import { readHead } from './readHead';

/** The text of a file, or of its beginning when it has more than `maxBytes`; null when it is gone, cannot be read or is no text. */
export async function readText(path: string, maxBytes: number): Promise<string | null> {
  const head = await readHead(path, maxBytes);
  const decoded = head.kind === 'head' ? decodeText(head.bytes) : null;
  return decoded?.kind === 'text' ? decoded.text : null;
}
