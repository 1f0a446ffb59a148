import { bringForward, setNewest } from '../boundedMap';
import type { Expert } from '../expert';
import { UNKNOWN, type ForeignModel } from './foreignModel';

/** Most numbers in the kept distributions: 16 MB. */
const MOST_NUMBERS = 1 << 22;
const LEAST_KEPT = 16;
/** Most distributions kept; also the nodes read on from after which older ones are forgotten, as each holds a state, which may be large. */
const MOST_KEPT = 512;

/** A place in the texts that the foreign model has read: its state after some tokens, and what was read on from there. */
export interface ForeignNode<State> {
  readonly state: State;
  readonly children: Map<number, ForeignNode<State>>;
}

/** The distribution of the next foreign token at a node. */
export interface ForeignDistribution {
  /** By foreign token; 0 for tokens without text, except the end of text. They sum to one minus {@link unknown}. */
  readonly probs: Float32Array;
  /** Probability that the next piece is not in the vocabulary. */
  readonly unknown: number;
}

/** Asks the foreign model and keeps its latest answers. */
export class ForeignReader<State> {
  /** Nodes that were read on from recently, and those of the period before. */
  private recent = new Set<ForeignNode<State>>();
  private earlier = new Set<ForeignNode<State>>();
  /** Oldest first. */
  private readonly kept = new Map<ForeignNode<State>, ForeignDistribution>();
  private readonly mostKept: number;
  /** Tokens that stand neither for text nor for its end. */
  private readonly marks: Int32Array;
  private readonly expert: Expert<State>;
  /** Distributions that the foreign model was asked for. */
  predictions = 0;

  constructor(private readonly foreign: ForeignModel<State>) {
    const { expert, vocabulary } = foreign;
    this.expert = expert;
    const affordable = Math.max(LEAST_KEPT, Math.floor(MOST_NUMBERS / expert.vocabSize));
    this.mostKept = Math.min(MOST_KEPT, affordable);
    this.marks = Int32Array.from(Array(expert.vocabSize).keys()).filter(
      (id) => id !== vocabulary.endOfTextId && (vocabulary.tokens[id]?.length ?? 0) === 0,
    );
  }

  start(): ForeignNode<State> {
    return { state: this.expert.start(), children: new Map() };
  }

  /** The node at which the next document begins. */
  restart(node: ForeignNode<State>): ForeignNode<State> {
    const { beginOfTextId } = this.foreign.vocabulary;
    return beginOfTextId === null ? this.start() : this.child(node, beginOfTextId);
  }

  child(node: ForeignNode<State>, id: number): ForeignNode<State> {
    return this.childrenOf([node], [id])[0];
  }

  /** The node of `ids[i]` after `nodes[i]`, the same node for {@link UNKNOWN}. All new states are made in one call. */
  childrenOf(nodes: readonly ForeignNode<State>[], ids: readonly number[]): ForeignNode<State>[] {
    for (const node of nodes) {
      this.recent.add(node);
    }
    const { unknownId } = this.foreign.vocabulary;
    const fed = ids.map((id) => (id === UNKNOWN ? (unknownId ?? UNKNOWN) : id));
    const missing = [...fed.keys()].filter((i) => fed[i] !== UNKNOWN && !nodes[i].children.has(fed[i]));
    const states = this.expert.nextMany(
      missing.map((i) => nodes[i].state),
      missing.map((i) => fed[i]),
    );
    for (const [k, i] of missing.entries()) {
      nodes[i].children.set(fed[i], { state: states[k], children: new Map() });
    }
    return fed.map((id, i) => (id === UNKNOWN ? nodes[i] : nodes[i].children.get(id)!));
  }

  /**
   * Forgets the children of nodes that were not read on from recently. The first states of a document live as long as it is open,
   * and would keep alive everything ever tried after them. Do not call it during a conversion, which knows nodes by identity.
   */
  forgetLongAgo(): void {
    if (this.recent.size < MOST_KEPT) {
      return;
    }
    for (const node of this.earlier) {
      if (!this.recent.has(node)) {
        node.children.clear();
      }
    }
    this.earlier = this.recent;
    this.recent = new Set();
  }

  /** The kept distributions of these nodes, without asking the model. */
  known(nodes: readonly ForeignNode<State>[]): Map<ForeignNode<State>, ForeignDistribution> {
    bringForward(this.kept, nodes);
    return new Map(
      nodes.flatMap((node) => {
        const distribution = this.kept.get(node);
        return distribution === undefined ? [] : [[node, distribution] as const];
      }),
    );
  }

  /** Asks for the distributions that are not kept, in one call. @returns in the order of `nodes` */
  read(nodes: readonly ForeignNode<State>[]): ForeignDistribution[] {
    const known = nodes.map((node) => this.kept.get(node));
    const missing = [...nodes.keys()].filter((i) => known[i] === undefined);
    const several = missing.map(() => new Float32Array(this.expert.vocabSize));
    this.predictions += missing.length;
    if (missing.length > 0) {
      this.expert.predictMany(
        missing.map((i) => nodes[i].state),
        several,
      );
    }
    return nodes.map((node, i) => {
      const distribution = known[i] ?? this.textOnly(several[missing.indexOf(i)]);
      setNewest(this.kept, node, distribution, this.mostKept);
      return distribution;
    });
  }

  /** Zeroes tokens without text and normalises, in place; without a finite positive sum everything is unknown. */
  private textOnly(probs: Float32Array): ForeignDistribution {
    const { unknownId, unknownShare } = this.foreign.vocabulary;
    const unknownMass = unknownId === null ? 0 : probs[unknownId];
    for (const id of this.marks) {
      probs[id] = 0;
    }
    let sum = 0;
    for (let id = 0; id < probs.length; id++) {
      sum += probs[id];
    }
    if (!(sum > 0 && sum < Infinity)) {
      return { probs: probs.fill(0), unknown: 1 };
    }
    const unknown = Math.max(unknownShare, unknownMass / (sum + unknownMass));
    const scale = (1 - unknown) / sum;
    for (let id = 0; id < probs.length; id++) {
      probs[id] *= scale;
    }
    return { probs, unknown };
  }
}
