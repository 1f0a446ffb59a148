import type { BridgeState } from './bridgeState';
import { readCovers, type Asking } from './covers';
import { Placing, type PlacingSource } from './placing';

/** Segments read on at once: few, so that the most likely ones come first; several, so that a model that batches can. */
const READ_AT_ONCE = 8;

/**
 * The distribution of the next shared token [vocabSize], from the distributions of the next foreign token in as many nodes as it
 * takes. What follows the tail in one of its covers is a segment of bytes; its mass goes to the first shared token of the
 * tail and the segment together. A segment that leaves that token open is read on by one more foreign token.
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
