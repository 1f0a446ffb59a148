import { latin1 } from './byteEncoder';
import type { BridgeState } from './bridgeState';
import { RecentMemory } from './recentMemory';

/** By foreign token, the shared token that its mass goes to; see `placing.ts`. */
export type Placed = Map<number, number>;

const ORIGINS_REMEMBERED = 256;
const OPENNESS_REMEMBERED = 1 << 13;

/**
 * Remembers where tokens were placed after a tail. This depends only on the bytes back to the last separation, so a word that
 * recurs is not analysed again.
 */
export class PlaceMemory {
  /** Whether segments leave the next shared token open. */
  readonly openness = new RecentMemory<boolean>(OPENNESS_REMEMBERED);
  private readonly origins = new RecentMemory<Placed>(ORIGINS_REMEMBERED);

  keyOf({ tail, context }: BridgeState<unknown>): string {
    return `${tail.length} ${context.lastToken} ${Number(context.expectsLetter)} ${latin1(context.bytes)} ${latin1(tail)}`;
  }

  placed(state: BridgeState<unknown>, ids: readonly number[], isMain: boolean): Placed {
    return this.origins.getOrMake(`${Number(isMain)} ${ids.join()} ${this.keyOf(state)}`, () => new Map());
  }
}
