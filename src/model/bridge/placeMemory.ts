import { latin1 } from './byteEncoder';
import type { BridgeState } from './bridgeState';
import { RecentMemory } from './recentMemory';

/** By foreign token, the shared token that its mass goes to; see `placing.ts`. */
export type Placed = Map<number, number>;

const ORIGINS_REMEMBERED = 256;
const OPENNESS_REMEMBERED = 1 << 13;

/**
 * Where tokens were placed after a tail. It depends on the bytes back to the last separation alone, so a word that comes again is
 * not taken apart again.
 */
export class PlaceMemory {
  /** Whether segments leave the next token open. */
  readonly openness = new RecentMemory<boolean>(OPENNESS_REMEMBERED);
  private readonly origins = new RecentMemory<Placed>(ORIGINS_REMEMBERED);

  keyOf({ tail, context }: BridgeState<unknown>): string {
    return `${tail.length} ${context.lastToken} ${Number(context.expectsLetter)} ${latin1(context.bytes)} ${latin1(tail)}`;
  }

  placed(state: BridgeState<unknown>, ids: readonly number[], isMain: boolean): Placed {
    return this.origins.getOrMake(`${Number(isMain)} ${ids.join()} ${this.keyOf(state)}`, () => new Map());
  }
}
