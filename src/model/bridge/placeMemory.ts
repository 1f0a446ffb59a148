import { getOrMake } from '../boundedMap';
import { concatBytes, latin1 } from './byteEncoder';
import type { BridgeState } from './bridgeState';
import type { ForeignTokens } from './foreignTokens';
import type { SharedTokens } from './sharedTokens';

/** By foreign token, the shared token that its mass goes to; see `placing.ts`. */
export type Placed = Map<number, number>;

/** Foreign tokens that follow a tail, and the bytes that they add to it. */
export interface TailSegment {
  readonly ids: readonly number[];
  readonly added: Uint8Array;
  /** The next shared token as far as known; `NO_TOKEN` if the segment changes the shared token that the text was read to. */
  readonly first: number;
}

/** Tokens tried at each place to see whether a segment leaves the next token open. */
const MOST_TRIED = 64;
const ORIGINS_REMEMBERED = 256;
const OPENNESS_REMEMBERED = 1 << 13;

/**
 * Remembers where tokens were placed after a tail. This depends only on the bytes back to the last separation, so a word that
 * recurs is not analysed again.
 */
export class PlaceMemory {
  private readonly openness = new Map<string, boolean>();
  private readonly origins = new Map<string, Placed>();

  constructor(
    private readonly tokens: ForeignTokens,
    private readonly shared: SharedTokens,
  ) {}

  private keyOf({ tail, context }: BridgeState<unknown>): string {
    return `${tail.length} ${context.lastToken} ${Number(context.expectsLetter)} ${latin1(context.bytes)} ${latin1(tail)}`;
  }

  placed(state: BridgeState<unknown>, ids: readonly number[], isMain: boolean): Placed {
    const key = `${Number(isMain)} ${ids.join()} ${this.keyOf(state)}`;
    return getOrMake(this.origins, key, ORIGINS_REMEMBERED, () => new Map<number, number>());
  }

  /**
   * Whether the next shared token depends on what follows the segment. Only texts whose foreign tokens begin with the segment's
   * count, as the others belong to other paths (Hayase's valid covering tree).
   */
  isOpen(state: BridgeState<unknown>, segment: TailSegment): boolean {
    const { ids, added, first } = segment;
    const { tokens, shared } = this;
    return getOrMake(this.openness, `${this.keyOf(state)} ${ids.join()}`, OPENNESS_REMEMBERED, () => {
      for (const longer of shared.otherContinuations(state.context, added, first, MOST_TRIED)) {
        const text = concatBytes(state.tail, longer);
        if (tokens.encodingBeginsWith(text, ids) || this.mayBegin(state, segment, longer)) {
          return true;
        }
      }
      return false;
    });
  }

  /**
   * Whether a text that goes on beyond `longer` by one foreign token has the segment's tokens, and another next shared token:
   * ` underst` may be ` und` and `erst`, but ` understand` ` under` and `stand`.
   */
  private mayBegin(
    { tail, context }: BridgeState<unknown>,
    { ids, added, first }: TailSegment,
    longer: Uint8Array,
  ): boolean {
    const { tokens, shared } = this;
    const covers = tokens.index.longerThan(longer, added.length);
    return covers.subarray(0, MOST_TRIED).some((id) => {
      const text = concatBytes(added, tokens.bytes(id));
      return (
        tokens.isEncoding([...ids, id], concatBytes(tail, text)) && shared.firstToken(context, text) !== first
      );
    });
  }
}
