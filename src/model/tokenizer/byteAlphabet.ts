/**
 * The printable stand-ins for bytes that `tokenizer.json` files use: printable Latin-1 stands for itself, the other
 * bytes for the code points from U+0100 on (Radford et al., "Language Models are Unsupervised Multitask Learners").
 */
const isPrintable = (byte: number) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);

const characterOfByte: string[] = [];
const byteOfCharacter = new Map<string, number>();
let next = 0x100;
for (let byte = 0; byte < 256; byte++) {
  const character = String.fromCharCode(isPrintable(byte) ? byte : next++);
  characterOfByte.push(character);
  byteOfCharacter.set(character, byte);
}

export function bytesToAlphabet(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += characterOfByte[byte];
  }
  return text;
}

/** Null when a character is not in the alphabet. */
export function alphabetToBytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = byteOfCharacter.get(text[i]);
    if (byte === undefined) {
      return null;
    }
    bytes[i] = byte;
  }
  return bytes;
}
