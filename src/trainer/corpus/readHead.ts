/** Opens a file that may change under the reader, and reads at most its beginning. */
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { LeftOutReason } from './leftOutReason';
import { wholeLinesLength } from './wholeLines';

const CHUNK_BYTES = 256 * 1024;
/** Does not wait for whoever writes to a pipe, which could be forever. Windows has no such flag, and no such files. */
const WITHOUT_WAITING = constants.O_RDONLY | ((constants.O_NONBLOCK as number | undefined) ?? 0);

type FileHead =
  | {
      readonly kind: 'head';
      readonly bytes: Buffer;
      readonly truncated: boolean;
      /** When the file was last changed, milliseconds since 1970. */
      readonly modified: number;
    }
  | { readonly kind: 'leftOut'; readonly reason: LeftOutReason };

/**
 * The first `maxBytes` of a file. When there is more, it is cut after the last line end, or at least after a whole character.
 * Never throws for a file that vanished or cannot be read, or for a pipe or a device: the result says that it is left out.
 */
export async function readHead(path: string, maxBytes: number): Promise<FileHead> {
  try {
    const handle = await open(path, WITHOUT_WAITING);
    try {
      return await readFrom(handle, maxBytes);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A name in an old encoding, which was read as one in UTF-8, names no file any more.
    const isGone = (code === 'ENOENT' || code === 'ENOTDIR') && !path.includes('\ufffd');
    return { kind: 'leftOut', reason: isGone ? 'vanished' : 'unreadable' };
  }
}

async function readFrom(handle: FileHandle, maxBytes: number): Promise<FileHead> {
  const found = await handle.stat();
  if (!found.isFile()) {
    return { kind: 'leftOut', reason: 'specialFile' };
  }
  const { size, mtimeMs: modified } = found;
  let bytes = Buffer.alloc(Math.min(size, maxBytes) + 1);
  let length = 0;
  while (length <= maxBytes) {
    if (length === bytes.length) {
      bytes = Buffer.concat([bytes], Math.min(bytes.length + CHUNK_BYTES, maxBytes + 1));
    }
    const asked = bytes.length - length;
    const { bytesRead } = await handle.read(bytes, length, asked, length);
    length += bytesRead;
    // A short read is the end of the file; on some mounted file systems only once the reported size is reached.
    if (bytesRead === 0 || (bytesRead < asked && length >= size)) {
      return { kind: 'head', bytes: bytes.subarray(0, length), truncated: false, modified };
    }
  }
  const head = bytes.subarray(0, maxBytes);
  return { kind: 'head', bytes: head.subarray(0, wholeLinesLength(head)), truncated: true, modified };
}
