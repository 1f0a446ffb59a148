import type { BridgeState } from './bridgeState';
import { readCovers, type Asking } from './covers';
import { Placing, type PlacingSource } from './placing';

/** Segments extended at once: few, so that the most likely come first; more than one, for models that batch. */
const READ_AT_ONCE = 8;

/**
 * Computes the distribution of the next shared token [vocabSize] from the next-token distributions of as many foreign nodes as it
 * takes. Each cover continues the tail by segments of bytes. The mass of a segment goes to the next shared token of the text
 * if the segment follows. A segment that does not decide this token is extended by one more foreign token.
 */
export function* convert<State>(
  source: PlacingSource<State>,
  state: BridgeState<State>,
): Asking<State, Float32Array> {
  const covers = yield* readCovers(source, state);
  const total = covers.reduce((sum, { mass }) => sum + mass, 0);
  const placing = new Placing(source, state, total);
  for (const cover of covers) {
    placing.addCover(cover);
  }
  for (let steps = source.limits.steps; ;) {
    const open = placing.takeOpen(Math.min(READ_AT_ONCE, steps));
    if (open.length === 0) {
      return placing.finish();
    }
    steps -= open.length;
    const nodes = source.childrenOf(
      open.map(({ parent }) => parent),
      open.map(({ ids }) => ids[ids.length - 1]),
    );
    const distributions = yield nodes;
    for (const [i, segment] of open.entries()) {
      placing.readOn(segment, nodes[i], distributions[i]);
    }
  }
}
