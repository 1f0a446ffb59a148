import { getOrMake } from '../boundedMap';
import { latin1 } from './byteEncoder';
import type { BridgeState } from './bridgeState';

/** By foreign token, the shared token that its mass goes to; see `placing.ts`. */
export type Placed = Map<number, number>;

const ORIGINS_REMEMBERED = 256;
const OPENNESS_REMEMBERED = 1 << 13;

/**
 * Remembers where tokens were placed after a tail. This depends only on the bytes back to the last separation, so a word that
 * recurs is not analysed again.
 */
export class PlaceMemory {
  private readonly openness = new Map<string, boolean>();
  private readonly origins = new Map<string, Placed>();

  private keyOf({ tail, context }: BridgeState<unknown>): string {
    return `${tail.length} ${context.lastToken} ${Number(context.expectsLetter)} ${latin1(context.bytes)} ${latin1(tail)}`;
  }

  placed(state: BridgeState<unknown>, ids: readonly number[], isMain: boolean): Placed {
    const key = `${Number(isMain)} ${ids.join()} ${this.keyOf(state)}`;
    return getOrMake(this.origins, key, ORIGINS_REMEMBERED, () => new Map<number, number>());
  }

  /** Whether a segment leaves the next shared token open. */
  isOpen(state: BridgeState<unknown>, ids: readonly number[], find: () => boolean): boolean {
    return getOrMake(this.openness, `${this.keyOf(state)} ${ids.join()}`, OPENNESS_REMEMBERED, find);
  }
}
