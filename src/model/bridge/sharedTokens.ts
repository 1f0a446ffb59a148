import type { Tokenizer } from '../tokenizer/tokenizer';
import { byteEncoder, concatBytes, encodingsOf } from './byteEncoder';
import type { Encoding } from './foreignModel';
import { PrefixIndex } from './prefixIndex';
import { lastSeparation, separates } from './separation';

/** In place of a token: no text that goes on so has a boundary where one is asked for. */
export const NO_TOKEN = -1;
/** Longer contexts are cut at a token; only scripts without spaces have them. */
const LONGEST_CONTEXT = 64;
const NO_BYTES = new Uint8Array();

/** The end of a text that was read, back to where its tokens cannot change any more. */
export interface SharedContext {
  /** Empty when what follows stands alone. */
  readonly bytes: Uint8Array;
  readonly lastToken: number;
  /** Whether these are the tokens of the bytes only if a letter follows. */
  readonly expectsLetter: boolean;
}

export const NO_CONTEXT: SharedContext = { bytes: NO_BYTES, lastToken: NO_TOKEN, expectsLetter: false };

/** Which shared token comes next when bytes follow a text. */
export class SharedTokens {
  readonly index: PrefixIndex;
  readonly vocabSize: number;
  readonly endOfTextId: number;
  private readonly encode: (bytes: Uint8Array) => Encoding | null;

  constructor(private readonly tokenizer: Tokenizer) {
    this.vocabSize = tokenizer.vocabSize;
    this.endOfTextId = tokenizer.endOfTextId;
    this.index = new PrefixIndex(
      Array.from({ length: tokenizer.vocabSize }, (_, id) => tokenizer.tokenBytes(id)),
    );
    this.encode = byteEncoder(
      (text) => tokenizer.encode(text),
      (id) => tokenizer.tokenBytes(id),
      this.index,
    );
  }

  tokenBytes(id: number): Uint8Array {
    return this.tokenizer.tokenBytes(id);
  }

  /** The tokens of bytes that stand alone. */
  tokensOf(bytes: Uint8Array): Encoding {
    const encoding = this.encode(bytes);
    if (encoding !== null) {
      return encoding;
    }
    // Bytes that are no text: every byte is a token, so one fits at every place.
    const ids: number[] = [];
    const ends: number[] = [];
    for (let end = 0; end < bytes.length;) {
      const id = this.index.longestAt(bytes, end, bytes.length)!;
      end += this.tokenizer.tokenBytes(id).length;
      ids.push(id);
      ends.push(end);
    }
    return { ids, ends };
  }

  isToken(bytes: Uint8Array): boolean {
    return this.index.find(bytes, 0, bytes.length) !== null;
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
          from = Math.max(from, ends[i]);
        }
        return { bytes: bytes.subarray(from), lastToken: tokenId, expectsLetter };
      }
    }
    // The caller reads tokens that no text has: what follows is taken to stand alone.
    return NO_CONTEXT;
  }

  /** The token that follows the context when `segment` does; {@link NO_TOKEN} when the tokens of both together have no boundary between them. */
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

  /** The token that some bytes by themselves mean: the one that they are, or else the first of theirs. */
  tokenOf(bytes: Uint8Array): number {
    return this.index.find(bytes, 0, bytes.length) ?? this.tokensOf(bytes).ids[0];
  }

  /**
   * Ways in which a text may go on beyond the segment such that {@link firstToken} is another than `current`. All tokenisations of
   * longer texts are covered: each has a token that crosses the segment's end, and before it the tokens of what stands before it.
   * @param atMost tokens tried at each place
   * @returns the segment made longer, each by one token that crosses its end
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
      const covers = this.index.longerThan(bytes, at, bytes.length);
      for (let i = 0; i < covers.length && i < atMost; i++) {
        const longer = concatBytes(bytes.subarray(0, at), this.tokenizer.tokenBytes(covers[i]));
        const encoding = this.tokensOf(longer);
        const last = encoding.ids.length - 1;
        const crosses = encoding.ids[last] === covers[i] && (last === 0 ? 0 : encoding.ends[last - 1]) === at;
        if (crosses && tokenAfter(encoding, start, before.lastToken) !== current) {
          yield longer.subarray(start);
        }
      }
    }
  }

  /** Whether the tokens of what follows a context and begins with this byte do not depend on the context. */
  standsAlone({ bytes }: SharedContext, firstByte: number): boolean {
    return bytes.length === 0 || separates(bytes[bytes.length - 1], firstByte);
  }
}

/**
 * The token that begins at a byte of an encoding, after another; {@link NO_TOKEN} when there are other tokens.
 * @param lastToken of no account at byte 0
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
