import type { FileText } from '../../src/terminal/split';

const MOST_FILES = 4;
/** Of a file, in bytes: less would be too short to warm up in. */
const LEAST_HEAD = 2500;

/**
 * The beginnings of a few test files, evenly spread over the list: about `bytes` of UTF-8 in all. From the beginning, since every
 * model is to have the same text before it.
 */
export function sampledHeads(files: readonly FileText[], bytes: number): FileText[] {
  const wanted = Math.min(files.length, MOST_FILES, Math.max(1, Math.floor(bytes / LEAST_HEAD)));
  const share = Math.ceil(bytes / wanted);
  const large = files.filter((file) => file.bytes >= share);
  const eligible = large.length >= wanted ? large : files;
  const count = Math.min(wanted, eligible.length);
  return Array.from({ length: count }, (_, i) => {
    const { path, text } = eligible[Math.floor(((i + 0.5) * eligible.length) / count)];
    const head = headOf(text, share);
    return { path, text: head, bytes: Buffer.byteLength(head) };
  });
}

/** At least `bytes` of the text, up to the end of a character. */
function headOf(text: string, bytes: number): string {
  let length = 0;
  let end = 0;
  for (const character of text) {
    if (length >= bytes) {
      break;
    }
    length += Buffer.byteLength(character);
    end += character.length;
  }
  return text.slice(0, end);
}
