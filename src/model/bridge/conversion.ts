import { concatBytes, latin1 } from './byteEncoder';
import type { BridgeState } from './bridgeState';
import { coveredMass, readCovers, type Asking, type Cover, type CoverSource } from './covers';
import type { ForeignDistribution, ForeignNode } from './foreignReader';
import { NO_TOKEN, type SharedTokens } from './sharedTokens';

/** Segments read on at once: few, so that the most likely ones come first; several, so that a model that batches can. */
const READ_AT_ONCE = 8;
/** Tokens tried at each place to see whether a segment leaves the next token open. */
const MOST_TRIED = 64;
const LARGEST_MEMORY = 1 << 14;

export interface ConversionSource<State> extends CoverSource<State> {
  readonly shared: SharedTokens;
  /** [shared.vocabSize], sums to one. */
  readonly fallback: Float32Array;
  /** Whether segments leave the next token open, by text. */
  readonly openness: Map<string, boolean>;
}

/** Foreign tokens that follow a tail, and the bytes that they add to it. */
interface Segment<State> {
  readonly parent: ForeignNode<State>;
  readonly ids: readonly number[];
  readonly added: Uint8Array;
  readonly mass: number;
  /** Whether it may be a path that no text takes, whose tokens the model means as such. */
  readonly isMain: boolean;
  readonly hasOther: boolean;
  /** The next shared token by what is known; {@link NO_TOKEN} when the tail's last token does not end where it was read to. */
  readonly first: number;
}

/**
 * The distribution of the next shared token [vocabSize], from the distributions of the next foreign token in as many nodes as it
 * takes. What follows the tail in one of its covers is a segment of bytes; its mass goes to the first shared token of the
 * tail and the segment together. A segment that leaves that token open is read on by one more foreign token.
 */
export function* convert<State>(
  source: ConversionSource<State>,
  state: BridgeState<State>,
): Asking<State, Float32Array> {
  const covers = yield* readCovers(source, state);
  const total = covers.reduce((sum, cover) => sum + cover.weight * coveredMass(source, cover, state.tail), 0);
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

class Placing<State> {
  private readonly sums: Float64Array;
  private unknown = 0;
  private open: Segment<State>[] = [];
  private readonly isWholeWord: boolean;

  constructor(
    private readonly source: ConversionSource<State>,
    private readonly state: BridgeState<State>,
    private readonly total: number,
  ) {
    this.sums = new Float64Array(source.shared.vocabSize);
    const { tail, context } = state;
    this.isWholeWord =
      tail.length === context.bytes.length && tail.every((byte, i) => byte === context.bytes[i]);
  }

  addCover(cover: Cover<State>): void {
    const { weight, at, distribution } = cover;
    const { tail } = this.state;
    this.unknown +=
      weight *
      distribution.unknown *
      (at === tail.length ? 1 : this.source.fallbackProbability(tail.subarray(at)));
    if (at === tail.length) {
      this.addAllTokens(cover);
    } else if (at === 0 && this.isWholeWord) {
      this.addWholeTokens(cover);
    } else {
      this.addLongerTokens(cover);
    }
  }

  /** At most `count` open segments, those of the most mass. */
  takeOpen(count: number): Segment<State>[] {
    this.open.sort((a, b) => b.mass - a.mass);
    return this.open.splice(0, count);
  }

  /** Replaces an open segment by those that are one foreign token longer. */
  readOn(segment: Segment<State>, node: ForeignNode<State>, { probs, unknown }: ForeignDistribution): void {
    const { tokens, limits } = this.source;
    let rest = unknown;
    for (let id = 0; id < tokens.vocabulary.size; id++) {
      const mass = segment.mass * probs[id];
      if (mass > limits.examineFrom * this.total && tokens.firstShared[id] !== NO_TOKEN) {
        const added = concatBytes(segment.added, tokens.bytes(id));
        this.place({
          parent: node,
          ids: [...segment.ids, id],
          added,
          mass,
          isMain: segment.isMain,
          hasOther: segment.hasOther,
        });
      } else {
        rest += probs[id];
      }
    }
    this.settle(segment, segment.mass * rest);
  }

  /** Everything that is still open settled by what is known. */
  finish(): Float32Array {
    const { shared, fallback } = this.source;
    const { fallbackShare } = this.source.limits;
    for (const segment of this.open) {
      this.settle(segment, segment.mass);
    }
    const sum = this.sums.reduce((a, b) => a + b, this.unknown);
    const probs = new Float32Array(shared.vocabSize);
    // Without anything that follows (all probabilities underflowed) the fallback is all there is.
    const scale = sum > 0 && sum < Infinity ? (1 - fallbackShare) / sum : 0;
    const rest = scale > 0 ? fallbackShare + scale * this.unknown : 1;
    for (let id = 0; id < probs.length; id++) {
      probs[id] = scale * this.sums[id] + rest * fallback[id];
    }
    return probs;
  }

  /** The cover that keeps the whole tail: any token may follow. */
  private addAllTokens({ node, ids, isMain, hasOther, weight, distribution }: Cover<State>): void {
    const { tokens, shared, limits } = this.source;
    const { firstShared, vocabulary } = tokens;
    const { probs } = distribution;
    const examineFrom = (limits.examineFrom * this.total) / weight;
    for (let id = 0; id < vocabulary.size; id++) {
      const first = firstShared[id];
      if (first === NO_TOKEN) {
        continue;
      }
      if (probs[id] > examineFrom) {
        const mass = weight * probs[id];
        this.place({ parent: node, ids: [...ids, id], added: tokens.bytes(id), mass, isMain, hasOther });
      } else if (isMain) {
        this.sums[first] += weight * probs[id];
      }
    }
    if (isMain && vocabulary.endOfTextId !== null) {
      this.sums[shared.endOfTextId] += weight * probs[vocabulary.endOfTextId];
    }
  }

  /** The cover that keeps nothing of a tail in which the context begins as well: both tokens' boundaries are known by token. */
  private addWholeTokens({ node, ids, weight, distribution }: Cover<State>): void {
    const { tokens, limits } = this.source;
    const { tail } = this.state;
    const openFrom = limits.expandFrom * this.total;
    const examineFrom = limits.examineFrom * this.total;
    for (const id of tokens.index.longerThan(tail, 0, tail.length)) {
      const mass = weight * distribution.probs[id];
      // What hardly weighs is taken to be an encoding; nearly every token is one.
      if (mass === 0 || (mass > examineFrom && !tokens.isOwnEncoding(id))) {
        continue;
      }
      if (mass > openFrom) {
        const added = tokens.bytes(id).subarray(tail.length);
        this.place({ parent: node, ids: [...ids, id], added, mass, isMain: false, hasOther: false });
        continue;
      }
      const first = tokens.sharedTokenAt(id, tail.length, this.state.context.lastToken);
      if (first !== NO_TOKEN) {
        this.sums[first] += mass;
      }
    }
  }

  private addLongerTokens({ node, ids, at, weight, distribution }: Cover<State>): void {
    const { tokens, limits } = this.source;
    const { tail } = this.state;
    const examineFrom = limits.examineFrom * this.total;
    for (const id of tokens.index.longerThan(tail, at, tail.length)) {
      const mass = weight * distribution.probs[id];
      if (mass > examineFrom) {
        const added = tokens.bytes(id).subarray(tail.length - at);
        this.place({ parent: node, ids: [...ids, id], added, mass, isMain: false, hasOther: false });
      }
    }
  }

  private place(segment: Omit<Segment<State>, 'first'>): void {
    const { tokens, shared, limits } = this.source;
    const { ids, added, mass, isMain, hasOther } = segment;
    const first = shared.firstToken(this.state.context, added);
    const last = ids[ids.length - 1];
    const isSuspect = !isMain || first !== tokens.firstShared[last] || !tokens.isOwnEncoding(last);
    if (isSuspect && !tokens.isEncoding(ids, concatBytes(this.state.tail, added))) {
      // A path that no text takes says nothing about texts: the model means the token itself, unless it is another path's text.
      if (isMain && (first === NO_TOKEN || !hasOther)) {
        this.sums[shared.tokenOf(added)] += mass;
      }
      return;
    }
    const placed = { ...segment, first };
    if (mass > limits.expandFrom * this.total && this.isOpen(placed)) {
      this.open.push(placed);
    } else {
      this.settle(placed, mass);
    }
  }

  private settle({ first }: Segment<State>, mass: number): void {
    if (first !== NO_TOKEN) {
      this.sums[first] += mass;
    }
  }

  /**
   * Whether the next shared token depends on what follows the segment, in texts whose foreign tokens begin with the segment's:
   * the others are other paths' (Hayase's valid covering tree).
   */
  private isOpen({ ids, added, first }: Segment<State>): boolean {
    const { tokens, shared, openness } = this.source;
    const { tail, context } = this.state;
    const text = concatBytes(tail, added);
    const key = `${tail.length} ${context.bytes.length} ${context.lastToken} ${latin1(text)}`;
    let isOpen = openness.get(key);
    if (isOpen === undefined) {
      isOpen = false;
      for (const longer of shared.otherContinuations(context, added, first, MOST_TRIED)) {
        if (tokens.encodingBeginsWith(concatBytes(tail, longer), ids)) {
          isOpen = true;
          break;
        }
      }
      if (openness.size === LARGEST_MEMORY) {
        openness.clear();
      }
      openness.set(key, isOpen);
    }
    return isOpen;
  }
}
