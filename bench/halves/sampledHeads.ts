import type { FileText } from '../../src/terminal/split';

/** Least bytes of a file; on less, a model does not warm up. */
const LEAST_HEAD = 2500;

/**
 * The beginnings of a few test files, evenly spread over the list: about `bytes` of UTF-8 in all, or all there is. They are
 * beginnings so that every model sees the same context. If too few files are long, more and shorter ones are read.
 */
export function sampledHeads(files: readonly FileText[], bytes: number): FileText[] {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const longFiles = files.filter((file) => file.bytes >= LEAST_HEAD);
  const wanted = Math.max(1, Math.floor(bytes / LEAST_HEAD));
  const [eligible, count] =
    longFiles.length >= wanted
      ? [longFiles, wanted]
      : [files, Math.min(files.length, Math.ceil((bytes * files.length) / total))];
  return Array.from({ length: count }, (_, i) => {
    const { path, text } = eligible[Math.floor(((i + 0.5) * eligible.length) / count)];
    const head = headOf(text, Math.ceil(bytes / count));
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
