import { getOrMake } from '../boundedMap';
import { beginsWith, isEqual } from '../commonPrefix';
import type { PrefixIndex } from '../tokenizer/prefixIndex';
import { concatBytes, encodingsOf, latin1, type PossibleEncoding } from './byteEncoder';
import type { Encoding, ForeignVocabulary } from './foreignModel';
import { NO_TOKEN, tokenAfter, type SharedTokens } from './sharedTokens';

const REMEMBERED = 1 << 12;
/** Tokens tried to see whether a cover other than the main one can continue at all. */
const MOST_TRIED = 64;

/** What is known about a foreign vocabulary and its relation to the shared one, whatever the text. */
export class ForeignTokens {
  readonly index: PrefixIndex;
  /** [vocabulary.tokens.length]; the shared token that each token's bytes begin with, taken alone; {@link NO_TOKEN} for a token without text. */
  readonly firstShared: Int32Array;
  /** [vocabulary.tokens.length]; the first byte of each token; 0 for a token without text. */
  readonly firstBytes: Uint8Array;
  /** By token, the shared tokens of its bytes, taken alone; null when there is at most one. */
  private readonly sharedEncodings: readonly (Encoding | null)[];
  /** [vocabulary.tokens.length]; answers of {@link isOwnEncoding}, filled on demand: 0 not asked yet, 1 yes, 2 no. */
  private readonly ownEncodings: Uint8Array;
  private readonly encodings = new Map<string, readonly PossibleEncoding[]>();
  /** Answers of {@link canCover}. */
  private readonly coverings = new Map<string, boolean>();

  constructor(
    readonly vocabulary: ForeignVocabulary,
    shared: SharedTokens,
  ) {
    const { tokens, index } = vocabulary;
    this.index = index;
    this.firstShared = new Int32Array(tokens.length).fill(NO_TOKEN);
    this.firstBytes = Uint8Array.from(tokens, (bytes) => bytes?.[0] ?? 0);
    this.ownEncodings = new Uint8Array(tokens.length);
    this.sharedEncodings = tokens.map((bytes, id) => {
      if (bytes === null || bytes.length === 0) {
        return null;
      }
      const encoding = shared.tokensOf(bytes);
      const isSeveral = encoding.ids.length > 1;
      this.firstShared[id] =
        isSeveral && shared.isToken(bytes) && !this.isOwnEncoding(id)
          ? shared.tokenOf(bytes)
          : encoding.ids[0];
      return isSeveral ? encoding : null;
    });
  }

  /** Whether the token's own bytes are encoded as this token. */
  isOwnEncoding(id: number): boolean {
    if (this.ownEncodings[id] === 0) {
      this.ownEncodings[id] = this.isEncoding([id], this.bytes(id)) ? 1 : 2;
    }
    return this.ownEncodings[id] === 1;
  }

  bytes(id: number): Uint8Array {
    return this.vocabulary.tokens[id]!;
  }

  /** See {@link encodingsOf}. */
  encodingsOf(bytes: Uint8Array): readonly PossibleEncoding[] {
    return getOrMake(this.encodings, latin1(bytes), REMEMBERED, () =>
      encodingsOf((stretch) => this.vocabulary.encode(stretch), bytes),
    );
  }

  /** The shared token that begins at a byte (over 0) of a token, taken alone, right after `lastToken`; {@link NO_TOKEN} if none does. */
  sharedTokenAt(id: number, byte: number, lastToken: number): number {
    const encoding = this.sharedEncodings[id];
    return encoding === null ? NO_TOKEN : tokenAfter(encoding, byte, lastToken);
  }

  /** Whether the bytes are encoded as these tokens; no text takes another path. */
  isEncoding(ids: readonly number[], bytes: Uint8Array): boolean {
    const own = this.vocabulary.encode(bytes);
    return own !== null && isEqual(own.ids, ids);
  }

  /** Whether the encoding of some bytes begins with these tokens. */
  encodingBeginsWith(bytes: Uint8Array, ids: readonly number[]): boolean {
    const own = this.vocabulary.encode(bytes);
    return own !== null && beginsWith(own.ids, ids);
  }

  /**
   * Whether a token can continue a path whose pending bytes are bytes[from..]: whether one of the first {@link MOST_TRIED} tokens that
   * begin with them is how the longer text is encoded.
   */
  canCover(ids: readonly number[], bytes: Uint8Array, from: number): boolean {
    return getOrMake(this.coverings, `${ids.join()} ${latin1(bytes.subarray(from))}`, REMEMBERED, () =>
      this.index
        .longerThan(bytes, from)
        .subarray(0, MOST_TRIED)
        .some((id) => this.isEncoding([...ids, id], concatBytes(bytes.subarray(0, from), this.bytes(id)))),
    );
  }
}
