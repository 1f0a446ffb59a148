import { createReadStream } from 'node:fs';

/**
 * All of a file, a pipe included, as of `<(command)` in a shell; null when it has more than `maxBytes`, as a device without end.
 * @throws Error of the file system
 */
export async function readUpTo(path: string, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) {
      return null;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
