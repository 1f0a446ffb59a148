import type { BridgeLimits, BridgeState } from './bridgeState';
import { UNKNOWN, type Encoding } from './foreignModel';
import type { ForeignDistribution, ForeignNode } from './foreignReader';
import type { ForeignTokens } from './foreignTokens';

/**
 * A beginning of the tail, in its own foreign tokens. The text continues from it by one token that begins with the rest of the tail
 * and goes beyond it. The continuations of all covers together are all ways in which the text can go on.
 */
export interface Cover<State> {
  readonly node: ForeignNode<State>;
  readonly ids: readonly number[];
  /** Where its tokens end in the tail, in bytes. */
  readonly at: number;
  /** Whether it is the whole tail, as it was read. */
  readonly isMain: boolean;
  /** Probability of its tokens after the root. */
  readonly weight: number;
  readonly distribution: ForeignDistribution;
  /** Probability, after the root, of all texts that continue the tail by this cover. */
  readonly mass: number;
}

/** Asks for the distributions of nodes; the answers come in the same order. */
export type Asking<State, Result> = Generator<
  readonly ForeignNode<State>[],
  Result,
  readonly ForeignDistribution[]
>;

export interface CoverSource<State> {
  readonly tokens: ForeignTokens;
  readonly limits: BridgeLimits;
  childrenOf(nodes: readonly ForeignNode<State>[], ids: readonly number[]): ForeignNode<State>[];
  /** Probability of some bytes, given that a piece begins that the foreign vocabulary lacks: all shared tokens are alike then. */
  uniformProbability(bytes: Uint8Array): number;
}

interface Path extends Encoding {
  readonly at: number;
  readonly expectsLetter: boolean;
}

/** All covers of a state's tail that weigh enough. */
export function* readCovers<State>(
  source: CoverSource<State>,
  { root, tail, context }: BridgeState<State>,
): Asking<State, Cover<State>[]> {
  const { tokens, limits } = source;
  const whole = pathsTo(tokens, tail, tail.length);
  const main = whole.find(({ expectsLetter }) => expectsLetter === context.expectsLetter) ?? whole.at(0);
  const walk = new CoverWalk(source, root, tail);
  const mainNodes = walk.nodesAlong(main);
  walk.learn(mainNodes, yield mainNodes);
  const { unknownId, unknownShare } = tokens.vocabulary;
  const mayBeUnknown = unknownId !== null || unknownShare > 0;
  const earliest = mayBeUnknown ? 0 : Math.max(0, tail.length - tokens.index.longest);
  let waiting: Path[] = [];
  for (let at = earliest; at < tail.length; at++) {
    if (mayBeUnknown || tokens.index.longerThan(tail, at).length > 0) {
      waiting.push(...pathsTo(tokens, tail, at));
    }
  }
  waiting.push(...whole);
  const covers: Cover<State>[] = [];
  let known = 0;
  while (waiting.length > 0) {
    const further = [];
    for (const path of waiting) {
      const { node, weight, length } = walk.follow(path);
      const distribution = walk.distributions.get(node);
      if (length < path.ids.length || distribution === undefined) {
        further.push({ path, node, weight, length });
        continue;
      }
      const { at } = path;
      const mass = weight * coveredShare(source, distribution, tail, at);
      known += mass;
      covers.push({
        node,
        ids: Array.from(path.ids),
        at,
        isMain: path === main,
        weight,
        distribution,
        mass,
      });
    }
    const worthIt = further.filter(
      ({ path: { ids, at }, weight, length }) =>
        weight > limits.coverFrom * known &&
        (length < ids.length || at === tail.length || tokens.canCover(Array.from(ids), tail, at)),
    );
    if (worthIt.length > 0) {
      const nodes = [...new Set(worthIt.map(({ node }) => node))];
      walk.learn(nodes, yield nodes);
    }
    waiting = worthIt.map(({ path }) => path);
  }
  return covers;
}

/** The share of a distribution's tokens that continue the tail when they begin at its byte `at`. */
function coveredShare<State>(
  source: CoverSource<State>,
  { probs, unknown }: ForeignDistribution,
  tail: Uint8Array,
  at: number,
): number {
  if (at === tail.length) {
    return 1;
  }
  let share = unknown === 0 ? 0 : unknown * source.uniformProbability(tail.subarray(at));
  for (const id of source.tokens.index.longerThan(tail, at)) {
    share += probs[id];
  }
  return share;
}

function pathsTo(tokens: ForeignTokens, tail: Uint8Array, at: number): Path[] {
  if (at === 0) {
    return [{ ids: [], ends: [], at, expectsLetter: false }];
  }
  return tokens
    .encodingsOf(tail.subarray(0, at))
    .map(({ encoding, expectsLetter }) => ({ ...encoding, at, expectsLetter }));
}

class CoverWalk<State> {
  readonly distributions = new Map<ForeignNode<State>, ForeignDistribution>();

  constructor(
    private readonly source: CoverSource<State>,
    private readonly root: ForeignNode<State>,
    private readonly tail: Uint8Array,
  ) {}

  learn(nodes: readonly ForeignNode<State>[], distributions: readonly ForeignDistribution[]): void {
    for (const [i, node] of nodes.entries()) {
      this.distributions.set(node, distributions[i]);
    }
  }

  /** The nodes of a path up to the first piece that the vocabulary lacks, as what follows such a piece weighs little. */
  nodesAlong(path: Path | undefined): ForeignNode<State>[] {
    const nodes = [this.root];
    for (let i = 0; i < (path?.ids.length ?? 0) && !this.isUnknown(path!.ids[i]); i++) {
      nodes.push(this.source.childrenOf([nodes[i]], [path!.ids[i]])[0]);
    }
    return nodes;
  }

  /** Follows a path while distributions are known. @returns the node whose distribution is needed next, its weight, its depth */
  follow({ ids, ends }: Path) {
    let node = this.root;
    let weight = 1;
    let length = 0;
    while (length < ids.length) {
      const distribution = this.distributions.get(node);
      if (distribution === undefined) {
        break;
      }
      weight *= this.isUnknown(ids[length])
        ? distribution.unknown *
          this.source.uniformProbability(this.tail.subarray(length > 0 ? ends[length - 1] : 0, ends[length]))
        : distribution.probs[ids[length]];
      if (!(weight > 0)) {
        break;
      }
      node = this.source.childrenOf([node], [ids[length]])[0];
      length++;
    }
    return { node, weight, length };
  }

  private isUnknown(id: number): boolean {
    return id === UNKNOWN || id === this.source.tokens.vocabulary.unknownId;
  }
}
