import { crc32 } from 'node:zlib';
import type { StoredTensor } from './safetensors';

/**
 * CRC-32 of the content, whatever its order in the file: for each metadata entry but `checksum`, by name, UTF-8 of
 * name NUL value NUL; then for each tensor, by name, UTF-8 of name NUL type NUL shape (joined by commas) NUL, and its
 * bytes.
 */
export function checksumOf(
  metadata: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, StoredTensor>,
): string {
  let crc = 0;
  for (const key of Object.keys(metadata).sort()) {
    if (key !== 'checksum') {
      crc = crc32(`${key}\0${metadata[key]}\0`, crc);
    }
  }
  for (const name of [...tensors.keys()].sort()) {
    const { type, shape, bytes } = tensors.get(name)!;
    crc = crc32(`${name}\0${type}\0${shape.join(',')}\0`, crc);
    // Of no bytes, Node.js may give 0.
    crc = bytes.length === 0 ? crc : crc32(bytes, crc);
  }
  return crc.toString(16).padStart(8, '0');
}
