import { checkToken } from '../languageModel';
import { writeDistribution, type KerasModel } from './kerasModel';
import { feedInputs, runNodes, type Network, type NetworkNode } from './network';
import type { Rows } from './operation';

/** What a stepped network remembers of one sequence; an immutable value. */
interface SteppedState {
  /** Tokens since the start, or since room was last made in the context. */
  readonly position: number;
  /** The memory of each node that has one. */
  readonly memories: readonly unknown[];
  /** The last step's values that the prediction is computed from, concatenated; null before the first token. */
  readonly frontier: Float32Array | null;
  /** The tokens that `position` counts; empty when the context has no limit. */
  readonly tokens: Int32Array;
}

const NO_TOKENS = new Int32Array(0);
/** Predictions computed in one pass over the weights. */
const BATCH = 8;

/**
 * A network whose steps depend only on earlier ones, run one token at a time. `next` runs the nodes that later steps need;
 * `predict` runs the rest, for several states at once.
 */
export class SteppedModel implements KerasModel<SteppedState> {
  readonly vocabSize: number;
  /** Nodes with a memory, and all that they are computed from. */
  private readonly remembering: readonly NetworkNode[];
  private readonly predicting: readonly NetworkNode[];
  /** Values of inputs and remembering nodes that the prediction needs. */
  private readonly frontier: readonly Rows[];
  private readonly frontierSize: number;
  private readonly startState: SteppedState;
  private readonly unpadded = new Uint8Array(BATCH).fill(1);

  /** @param contextLength steps after which room is made, by reading only the last half of them again */
  constructor(
    private readonly network: Network,
    readonly name: string,
    readonly description: string,
    readonly contextLength: number,
  ) {
    this.vocabSize = network.vocabSize;
    const remembering = rememberingNodes(network);
    this.remembering = network.nodes.filter((node) => remembering.has(node));
    this.predicting = network.nodes.filter((node) => !remembering.has(node));
    const made = new Set([
      ...this.remembering.map(({ operation }) => operation.rows),
      ...network.inputs.map(({ rows }) => rows),
    ]);
    const taken = [...this.predicting.flatMap(({ from }) => from), network.output.operation.rows];
    this.frontier = [...new Set(taken)].filter((rows) => made.has(rows));
    this.frontierSize = this.frontier.reduce((total, rows) => total + rows.size, 0);
    this.startState = {
      position: 0,
      memories: this.remembering.map(({ operation }) => operation.start),
      frontier: null,
      tokens: NO_TOKENS,
    };
  }

  start(): SteppedState {
    return this.startState;
  }

  next(state: SteppedState, tokenId: number): SteppedState {
    checkToken(tokenId, this.network.readableTokens);
    const before = state.position < this.contextLength ? state : this.withRoom(state);
    return this.read(before, [tokenId]);
  }

  nextMany(states: readonly SteppedState[], tokenIds: ArrayLike<number>): SteppedState[] {
    return states.map((state, i) => this.next(state, tokenIds[i]));
  }

  predict(state: SteppedState, probs: Float32Array): void {
    this.predictMany([state], [probs]);
  }

  predictMany(states: readonly SteppedState[], probs: readonly Float32Array[]): void {
    // Before the first token all tokens are alike, as a Keras model has no output for zero steps.
    const begun = [...states.keys()].filter((i) => states[i].frontier !== null);
    for (let i = 0; i < states.length; i++) {
      if (states[i].frontier === null) {
        probs[i].fill(1 / this.vocabSize);
      }
    }
    const { rows } = this.network.output.operation;
    for (let begin = 0; begin < begun.length; begin += BATCH) {
      const batch = begun.slice(begin, begin + BATCH);
      this.loadFrontier(batch.map((i) => states[i].frontier!));
      runNodes(this.predicting, { position: 0, mask: this.unpadded, isWhole: false }, []);
      batch.forEach((i, row) => {
        writeDistribution(rows.data, row * this.vocabSize, this.network.endsInLogits, probs[i]);
      });
    }
  }

  dispose(): void {
    // The garbage collector frees everything.
  }

  private read(state: SteppedState, tokenIds: ArrayLike<number>): SteppedState {
    const { length } = tokenIds;
    const mask = feedInputs(this.network.inputs, tokenIds, length, state.position);
    const context = { position: state.position, mask, isWhole: false };
    const memories = runNodes(this.remembering, context, state.memories);
    const frontier = new Float32Array(this.frontierSize);
    let offset = 0;
    for (const { data, count, size } of this.frontier) {
      frontier.set(data.subarray((count - 1) * size, count * size), offset);
      offset += size;
    }
    let tokens = NO_TOKENS;
    if (this.contextLength < Infinity) {
      tokens = new Int32Array(state.tokens.length + length);
      tokens.set(state.tokens);
      tokens.set(tokenIds, state.tokens.length);
    }
    return { position: state.position + length, memories, frontier, tokens };
  }

  /** Starts again from the last half of the context, as no position is left. */
  private withRoom({ tokens }: SteppedState): SteppedState {
    const kept = Math.floor(this.contextLength / 2);
    return kept === 0 ? this.startState : this.read(this.startState, tokens.subarray(tokens.length - kept));
  }

  private loadFrontier(frontiers: readonly Float32Array[]): void {
    let offset = 0;
    for (const rows of this.frontier) {
      const data = rows.resize(frontiers.length);
      for (const [row, frontier] of frontiers.entries()) {
        data.set(frontier.subarray(offset, offset + rows.size), row * rows.size);
      }
      offset += rows.size;
    }
  }
}

/** Nodes with a memory, and all that they are computed from. */
function rememberingNodes({ nodes }: Network): Set<NetworkNode> {
  const needed = new Set<Rows>();
  const remembering = new Set<NetworkNode>();
  for (const node of nodes.toReversed()) {
    if (node.operation.scope === 'steps' || needed.has(node.operation.rows)) {
      remembering.add(node);
      node.from.forEach((rows) => needed.add(rows));
    }
  }
  return remembering;
}
