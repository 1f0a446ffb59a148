/** Decodes a file: as Unicode first, then by the encoding that the user has set, then by the one that its byte statistics suggest. */
import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { decode as decodeBytes, encodingExists } from 'iconv-lite';

/** chardet's confidence, 0 to 100, below which an encoding counts as unknown. */
const SURE_ENOUGH = 30;
const DETECTION_BYTES = 64 * 1024;
const REPLACEMENT = '\uFFFD';

type Decoded =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'binary' }
  | { readonly kind: 'unknownEncoding' };

/**
 * Decodes with any byte order mark, carriage returns of line ends and undecodable bytes removed.
 * @param bytes a whole file, or its beginning up to a line end
 * @param old the encoding of what is not Unicode, by VS Code's name, which is iconv-lite's; '' or one that does not fit is guessed
 */
export function decodeText(bytes: Uint8Array, old = ''): Decoded {
  const mark = byteOrderMark(bytes);
  if (mark !== null) {
    return asText(bytes, mark);
  }
  if (bytes.includes(0)) {
    const wide = wideEncoding(bytes);
    return wide === null ? { kind: 'binary' } : asText(bytes, wide);
  }
  if (isUtf8(bytes)) {
    return asText(bytes, 'utf8');
  }
  if (isMostlyControl(bytes)) {
    return { kind: 'binary' };
  }
  if (isMostlyUtf8(bytes)) {
    return asText(bytes, 'utf8');
  }
  if (old !== '' && encodingExists(old)) {
    const decoded = asText(bytes, old);
    if (decoded.kind === 'text') {
      return decoded;
    }
  }
  return decodeLegacy(bytes);
}

/** Tries the encodings that the byte statistics suggest, the likeliest first, until one decodes the bytes. */
function decodeLegacy(bytes: Uint8Array): Decoded {
  // Plain ASCII at the start, such as code above the first comment, says nothing of the encoding.
  const start = Math.max(0, bytes.findIndex((byte) => byte >= 0x80) - DETECTION_BYTES / 2);
  for (const { name, confidence } of analyse(bytes.subarray(start, start + DETECTION_BYTES))) {
    if (confidence < SURE_ENOUGH) {
      break;
    }
    if (/^utf/i.test(name) || !encodingExists(name)) {
      continue;
    }
    // GB 18030 is a superset of what chardet may call GB2312, and is what iconv-lite decodes under that name.
    const decoded = asText(bytes, name);
    if (decoded.kind === 'text') {
      return decoded;
    }
  }
  return { kind: 'unknownEncoding' };
}

function asText(bytes: Uint8Array, encoding: string): Decoded {
  const raw = decodeBytes(bytes, encoding);
  const text = raw.replace(/[\uFEFF\uFFFD\0]/g, '').replace(/\r\n?/g, '\n');
  const damaged = raw.split(REPLACEMENT).length - 1;
  // Tab, line ends, form feed and escape occur in texts.
  // eslint-disable-next-line no-control-regex -- control characters are what a wrong encoding shows as.
  const control = text.match(/[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]/g)?.length ?? 0;
  if (damaged + control > raw.length / 50) {
    return { kind: encoding === 'utf8' ? 'binary' : 'unknownEncoding' };
  }
  return { kind: 'text', text };
}

function byteOrderMark(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    return 'utf8';
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    return bytes[2] === 0 && bytes[3] === 0 && bytes.length >= 4 ? 'utf32le' : 'utf16le';
  }
  if (bytes[0] === 0xfe && bytes[1] === 0xff) {
    return 'utf16be';
  }
  return bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0xfe && bytes[3] === 0xff ? 'utf32be' : null;
}

/**
 * UTF-16 without a mark: the zero bytes of its ASCII characters (at least the spaces and line ends) are all at even or all
 * at odd offsets, but for those of characters such as 一 or 가.
 */
function wideEncoding(bytes: Uint8Array): string | null {
  const hasHighZeros = (highAt: 0 | 1): boolean => {
    const { high, low } = countZeros(bytes, highAt);
    return high >= bytes.length / 100 && low <= high / 50;
  };
  return bytes.length % 2 !== 0 ? null : hasHighZeros(1) ? 'utf16le' : hasHighZeros(0) ? 'utf16be' : null;
}

/** Zeros where the higher byte of each pair would be, and where its lower byte would be, unless the higher one makes it a letter. */
function countZeros(bytes: Uint8Array, highAt: 0 | 1): { high: number; low: number } {
  const zeros = { high: 0, low: 0 };
  for (let i = 0; i < bytes.length; i += 2) {
    const high = bytes[i + highAt];
    // The ideographic space, Chinese characters, Korean syllables.
    const isLetter = high === 0x30 || (high >= 0x4e && high <= 0x9f) || (high >= 0xac && high <= 0xd7);
    zeros.high += high === 0 ? 1 : 0;
    zeros.low += bytes[i + 1 - highAt] === 0 && !isLetter ? 1 : 0;
  }
  return zeros;
}

/** The same test as in {@link asText}, on bytes whose encoding is not known yet. */
function isMostlyControl(bytes: Uint8Array): boolean {
  let control = 0;
  for (const byte of bytes) {
    if ((byte < 32 && (byte < 9 || byte > 13) && byte !== 27) || byte === 127) {
      control++;
    }
  }
  return control > bytes.length / 50;
}

/** Whether there are few undecodable bytes beside the characters that are not ASCII. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  const beyondAscii = new TextDecoder().decode(bytes).match(/[^\0-\x7f]/gu) ?? [];
  const invalid = beyondAscii.filter((character) => character === REPLACEMENT).length;
  return beyondAscii.length >= 11 * invalid;
}
