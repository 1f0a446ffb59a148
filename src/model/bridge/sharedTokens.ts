import { getOrMake } from '../boundedMap';
import { beginsCharacter, isHalfCharacter } from '../characterBounds';
import type { PrefixIndex } from '../tokenizer/prefixIndex';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { byteEncoder, concatBytes, encodingsOf, latin1, withLongest } from './byteEncoder';
import type { Encoding } from './foreignModel';
import { lastSeparation, separates } from './separation';

/** Instead of a token: no text with this continuation has a token boundary at the place in question. */
export const NO_TOKEN = -1;
/** In bytes. Longer contexts, as in scripts without spaces, are cut at a token, between two characters. */
const LONGEST_CONTEXT = 64;
/** More than there are halves of characters that tokens begin with. */
const REMEMBERED = 1 << 10;
const NO_BYTES = new Uint8Array();

/** The end of the text read so far, back to where its tokens can no longer change. */
export interface SharedContext {
  /** Empty when the tokens of what follows do not depend on the text before. */
  readonly bytes: Uint8Array;
  readonly lastToken: number;
  /** Whether the bytes have these tokens only if a letter follows. */
  readonly expectsLetter: boolean;
}

export const NO_CONTEXT: SharedContext = { bytes: NO_BYTES, lastToken: NO_TOKEN, expectsLetter: false };

/** Finds the shared token that comes next when given bytes follow a text. */
export class SharedTokens {
  readonly index: PrefixIndex;
  readonly vocabSize: number;
  readonly endOfTextId: number;
  private readonly encode: (bytes: Uint8Array) => Encoding | null;
  /** Answers of {@link tokensCompleting}. */
  private readonly completing = new Map<string, readonly number[]>();

  constructor(private readonly tokenizer: Tokenizer) {
    this.vocabSize = tokenizer.vocabSize;
    this.endOfTextId = tokenizer.endOfTextId;
    this.index = tokenizer.index;
    this.encode = byteEncoder((text) => tokenizer.encode(text), this.index);
  }

  tokenBytes(id: number): Uint8Array {
    return this.tokenizer.tokenBytes(id);
  }

  /** The tokens of bytes taken alone. */
  tokensOf(bytes: Uint8Array): Encoding {
    // Where these bytes are no text: every byte is a token, so some token fits at every place.
    return this.encode(bytes) ?? withLongest([], [], bytes, this.index)!;
  }

  isToken(bytes: Uint8Array): boolean {
    return this.index.find(bytes) !== null;
  }

  contextAfter(context: SharedContext, tokenId: number): SharedContext {
    const token = this.tokenizer.tokenBytes(tokenId);
    const bytes = concatBytes(this.standsAlone(context, token[0]) ? NO_BYTES : context.bytes, token);
    for (const { encoding, expectsLetter } of encodingsOf(this.encode, bytes)) {
      const { ids, ends } = encoding;
      const last = ids.length - 1;
      if (ids[last] === tokenId && (last > 0 ? ends[last - 1] : 0) === bytes.length - token.length) {
        let from = lastSeparation(bytes);
        for (let i = 0; bytes.length - from > LONGEST_CONTEXT && i < last; i++) {
          // Half a character has no encoding.
          from = beginsCharacter(bytes, ends[i]) ? Math.max(from, ends[i]) : from;
        }
        return { bytes: bytes.subarray(from), lastToken: tokenId, expectsLetter };
      }
    }
    // The caller reads tokens that no text is encoded as. What follows is treated as independent of them.
    return NO_CONTEXT;
  }

  /** The token that follows the context if `segment` does; {@link NO_TOKEN} when encoding both together changes its last token. */
  firstToken(context: SharedContext, segment: Uint8Array): number {
    if (this.standsAlone(context, segment[0])) {
      return this.tokensOf(segment).ids[0];
    }
    return tokenAfter(
      this.tokensOf(concatBytes(context.bytes, segment)),
      context.bytes.length,
      context.lastToken,
    );
  }

  /** The token for bytes taken alone: the one that has exactly these bytes, or else the first of their encoding. */
  tokenOf(bytes: Uint8Array): number {
    return this.index.find(bytes) ?? this.tokensOf(bytes).ids[0];
  }

  /** The tokens that begin with half a character and complete it. */
  tokensCompleting(half: Uint8Array): readonly number[] {
    return getOrMake(this.completing, latin1(half), REMEMBERED, () =>
      Array.from(this.index.longerThan(half, 0)).filter((id) => !isHalfCharacter(this.tokenBytes(id))),
    );
  }

  /**
   * Continuations of the segment for which {@link firstToken} differs from `current`. They cover all tokenisations of longer texts:
   * each has a token that crosses the segment's end, after the tokens of the text before it.
   * @param atMost tokens tried at each place
   * @returns the segment, each time made longer by one token that crosses its end
   */
  *otherContinuations(
    context: SharedContext,
    segment: Uint8Array,
    current: number,
    atMost: number,
  ): Generator<Uint8Array> {
    const before = this.standsAlone(context, segment[0]) ? NO_CONTEXT : context;
    const start = before.bytes.length;
    const bytes = concatBytes(before.bytes, segment);
    for (let at = Math.max(0, bytes.length - this.index.longest); at < bytes.length; at++) {
      if (at < start && current === NO_TOKEN) {
        continue;
      }
      if (
        at > start &&
        tokenAfter(this.tokensOf(bytes.subarray(0, at)), start, before.lastToken) === current
      ) {
        continue;
      }
      for (const cover of this.index.longerThan(bytes, at).subarray(0, atMost)) {
        const longer = concatBytes(bytes.subarray(0, at), this.tokenizer.tokenBytes(cover));
        const encoding = this.tokensOf(longer);
        const last = encoding.ids.length - 1;
        const crosses = encoding.ids[last] === cover && (last === 0 ? 0 : encoding.ends[last - 1]) === at;
        if (crosses && tokenAfter(encoding, start, before.lastToken) !== current) {
          yield longer.subarray(start);
        }
      }
    }
  }

  /** Whether a text that begins with this byte has the same tokens with and without the context before it. */
  standsAlone({ bytes }: SharedContext, firstByte: number): boolean {
    return bytes.length === 0 || separates(bytes[bytes.length - 1], firstByte);
  }
}

/**
 * The token that begins at a byte of an encoding, right after `lastToken`; {@link NO_TOKEN} when the encoding has no such place.
 * @param lastToken ignored at byte 0
 */
export function tokenAfter({ ids, ends }: Encoding, byte: number, lastToken: number): number {
  if (byte === 0) {
    return ids[0];
  }
  for (let i = 0; i + 1 < ids.length && ends[i] <= byte; i++) {
    if (ends[i] === byte) {
      return ids[i] === lastToken ? ids[i + 1] : NO_TOKEN;
    }
  }
  return NO_TOKEN;
}
