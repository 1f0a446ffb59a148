import { isHalfCharacter } from '../characterBounds';
import { isEqual } from '../commonPrefix';
import { concatBytes } from './byteEncoder';
import type { BridgeState } from './bridgeState';
import type { Cover, CoverSource } from './covers';
import type { ForeignDistribution, ForeignNode } from './foreignReader';
import type { Placed, PlaceMemory, TailSegment } from './placeMemory';
import { NO_TOKEN, type SharedTokens } from './sharedTokens';

/** Share of characters without a shared token of their own, which begin with a token of bytes. */
const SPELT_IN_BYTES = 1 / 16;
const NO_BYTES = new Uint8Array();

export interface PlacingSource<State> extends CoverSource<State> {
  readonly shared: SharedTokens;
  readonly memory: PlaceMemory;
}

/** Where a foreign token is appended: to a cover or to an open segment. */
interface Origin<State> {
  readonly node: ForeignNode<State>;
  /** Foreign tokens before it. */
  readonly ids: readonly number[];
  /** Bytes between the tail and the token. */
  readonly added: Uint8Array;
  /** Bytes of the token that the tail holds already. */
  readonly pending: number;
  /** Whether it continues the main cover. A token on a path that no text takes then counts as the token itself. */
  readonly isMain: boolean;
  /** By foreign token, for those placed before. */
  readonly placed: Placed;
}

interface Segment<State> extends TailSegment {
  readonly parent: ForeignNode<State>;
  readonly mass: number;
  readonly isMain: boolean;
}

/** A smaller sum of masses has few digits left, and below 6e-309 no finite inverse: one NaN in the mix would end all predictions. */
const SMALLEST_SUM = 1e-300;

/** In {@link Placed}, values from here down mark a path that no text takes, and encode the shared token that its mass goes to. */
const NO_PATH = NO_TOKEN - 1;

/** Sums the probability mass of a tail's continuations by the next shared token. */
export class Placing<State> {
  private readonly sums: Float64Array;
  private unknown = 0;
  private open: Segment<State>[] = [];
  private readonly isWholeWord: boolean;
  /** Whether the whole tail has a second encoding, which depends on what follows. */
  private readonly hasOther: boolean;
  private readonly openFrom: number;
  private readonly examineFrom: number;

  /** @param total mass of all covers */
  constructor(
    private readonly source: PlacingSource<State>,
    private readonly state: BridgeState<State>,
    total: number,
  ) {
    this.sums = new Float64Array(source.shared.vocabSize);
    this.openFrom = source.limits.expandFrom * total;
    this.examineFrom = source.limits.examineFrom * total;
    const { tail, context } = state;
    this.isWholeWord = isEqual(tail, context.bytes);
    this.hasOther = source.tokens.encodingsOf(tail).length > 1;
  }

  addCover(cover: Cover<State>): void {
    const { weight, at, distribution } = cover;
    const { tail } = this.state;
    if (distribution.unknown > 0) {
      const pending = at === tail.length ? 1 : this.source.uniformProbability(tail.subarray(at));
      this.unknown += weight * distribution.unknown * pending;
    }
    if (at === tail.length) {
      this.addAllTokens(cover);
    } else if (at === 0 && this.isWholeWord) {
      this.addWholeTokens(cover);
    } else {
      this.addLongerTokens(cover);
    }
  }

  /** Removes at most `count` open segments that are worth extending, the heaviest first. */
  takeOpen(count: number): Segment<State>[] {
    this.open.sort((a, b) => b.mass - a.mass);
    const light = this.open.findIndex(({ mass }) => mass <= this.openFrom);
    return this.open.splice(0, light < 0 ? count : Math.min(count, light));
  }

  /** Replaces an open segment by those that are one foreign token longer. */
  readOn(segment: Segment<State>, node: ForeignNode<State>, { probs, unknown }: ForeignDistribution): void {
    const { firstShared } = this.source.tokens;
    const { ids, added, isMain, mass } = segment;
    const origin = this.origin({ node, ids, added, isMain }, 0);
    const examineFrom = this.examineFrom / mass;
    let rest = unknown;
    let light = 0;
    for (let id = 0; id < firstShared.length; id++) {
      if (firstShared[id] === NO_TOKEN) {
        rest += probs[id];
      } else if (probs[id] > examineFrom) {
        this.place(origin, id, mass * probs[id]);
      } else {
        light += probs[id];
      }
    }
    this.settle(segment.first, mass * rest);
    this.settleText(added, segment.first, mass * light);
  }

  /** Settles what is still open by what is known. @returns [vocabSize], sums to one */
  finish(): Float32Array {
    const { shared, limits } = this.source;
    for (const { added, first, mass } of this.open) {
      this.settleText(added, first, mass);
    }
    let sum = this.unknown;
    for (let id = 0; id < shared.vocabSize; id++) {
      sum += this.sums[id];
    }
    const probs = new Float32Array(shared.vocabSize);
    // If no continuation has any mass (all probabilities underflowed), only the uniform share is left.
    const scale = sum >= SMALLEST_SUM && sum < Infinity ? (1 - limits.uniformShare) / sum : 0;
    const uniform = (scale > 0 ? limits.uniformShare + scale * this.unknown : 1) / shared.vocabSize;
    for (let id = 0; id < probs.length; id++) {
      probs[id] = scale * this.sums[id] + uniform;
    }
    return probs;
  }

  /** The cover that keeps the whole tail: any token may follow. */
  private addAllTokens(cover: Cover<State>): void {
    const { isMain, weight } = cover;
    const { tokens, shared } = this.source;
    const { firstShared, firstBytes, vocabulary } = tokens;
    const { context } = this.state;
    const { probs } = cover.distribution;
    const origin = this.origin({ ...cover, added: NO_BYTES }, 0);
    const examineFrom = this.examineFrom / weight;
    for (let id = 0; id < firstShared.length; id++) {
      const first = firstShared[id];
      if (first === NO_TOKEN) {
        continue;
      }
      const mass = weight * probs[id];
      if (probs[id] <= examineFrom) {
        this.sums[first] += isMain ? mass : 0;
      } else if (
        isMain &&
        mass <= this.openFrom &&
        shared.standsAlone(context, firstBytes[id]) &&
        !isHalfCharacter(tokens.bytes(id)) &&
        tokens.isOwnEncoding(id)
      ) {
        this.sums[first] += mass;
      } else {
        this.place(origin, id, mass);
      }
    }
    if (isMain && vocabulary.endOfTextId !== null) {
      this.sums[shared.endOfTextId] += weight * probs[vocabulary.endOfTextId];
    }
  }

  /** The cover that keeps nothing, when tail and shared context are the same bytes: the shared tokens of each token are known. */
  private addWholeTokens(cover: Cover<State>): void {
    const { weight, distribution } = cover;
    const { tokens } = this.source;
    const { tail, context } = this.state;
    const origin = this.origin({ ...cover, added: NO_BYTES }, tail.length);
    for (const id of tokens.index.longerThan(tail, 0)) {
      const mass = weight * distribution.probs[id];
      // A token of little mass is taken to be its own encoding, as nearly every token is.
      if (mass === 0 || (mass > this.examineFrom && !tokens.isOwnEncoding(id))) {
        continue;
      }
      if (mass > this.openFrom) {
        this.place(origin, id, mass);
      } else {
        this.settle(tokens.sharedTokenAt(id, tail.length, context.lastToken), mass);
      }
    }
  }

  private addLongerTokens(cover: Cover<State>): void {
    const { at, weight, distribution } = cover;
    const { tail } = this.state;
    const origin = this.origin({ ...cover, added: NO_BYTES }, tail.length - at);
    for (const id of this.source.tokens.index.longerThan(tail, at)) {
      const mass = weight * distribution.probs[id];
      if (mass > this.examineFrom) {
        this.place(origin, id, mass);
      }
    }
  }

  private origin(
    { node, ids, added, isMain }: Omit<Origin<State>, 'pending' | 'placed'>,
    pending: number,
  ): Origin<State> {
    const placed = this.source.memory.placed(this.state, ids, isMain);
    return { node, ids, added, isMain: isMain && pending === 0, pending, placed };
  }

  private place(origin: Origin<State>, id: number, mass: number): void {
    const { placed } = origin;
    let target = placed.get(id);
    if (target === undefined) {
      target = this.targetOf(origin, id);
      placed.set(id, target);
    }
    if (target <= NO_PATH) {
      this.settle(NO_PATH - 1 - target, mass);
      return;
    }
    const { node, ids, pending, isMain } = origin;
    const added = this.longer(origin.added, id, pending);
    if (mass > this.openFrom || isHalfCharacter(added)) {
      const segment = { parent: node, ids: [...ids, id], added, mass, isMain, first: target };
      if (this.source.memory.isOpen(this.state, segment)) {
        this.open.push(segment);
        return;
      }
    }
    this.settle(target, mass);
  }

  /** The value for {@link Placed}. */
  private targetOf({ ids, added, pending, isMain }: Origin<State>, id: number): number {
    const { tokens, shared } = this.source;
    const longer = this.longer(added, id, pending);
    const first = shared.firstToken(this.state.context, longer);
    const isSuspect = !isMain || first !== tokens.firstShared[id] || !tokens.isOwnEncoding(id);
    if (!isSuspect || tokens.isEncoding([...ids, id], concatBytes(this.state.tail, longer))) {
      return first;
    }
    // No text takes this path, so it says nothing about texts: the model means the token itself, unless another path has its text.
    const meant = isMain && (first === NO_TOKEN || !this.hasOther) ? shared.tokenOf(longer) : NO_TOKEN;
    return NO_PATH - 1 - meant;
  }

  private longer(added: Uint8Array, id: number, pending: number): Uint8Array {
    const bytes = this.source.tokens.bytes(id).subarray(pending);
    return added.length === 0 ? bytes : concatBytes(added, bytes);
  }

  /**
   * Settles a segment that may leave the next shared token open. Where it is half a character, as in vocabularies that spell most of a
   * script's characters in several tokens, the model was not asked which one it is: all shared tokens that complete it are alike then.
   */
  private settleText(added: Uint8Array, first: number, mass: number): void {
    const completing = isHalfCharacter(added) ? this.source.shared.tokensCompleting(added) : [];
    const spelt = completing.length > 0 ? SPELT_IN_BYTES : 1;
    this.settle(first, spelt * mass);
    for (const id of completing) {
      this.sums[id] += ((1 - spelt) * mass) / completing.length;
    }
  }

  private settle(first: number, mass: number): void {
    if (first !== NO_TOKEN) {
      this.sums[first] += mass;
    }
  }
}
