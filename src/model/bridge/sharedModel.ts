import { bringForward, evictOldest } from '../boundedMap';
import type { Expert, Readiness } from '../expert';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ForeignModel } from './foreignModel';

/** Distributions kept. */
const MOST_KEPT = 512;
/** How far the sum of 32-bit probabilities may be from one. */
const TOLERANCE = 1e-3;

/** Whether a model's tokens are the shared ones, one by one, so that it needs no bridge. */
export function hasSharedTokens({ expert, vocabulary }: ForeignModel, tokenizer: Tokenizer): boolean {
  const { vocabSize, endOfTextId } = tokenizer;
  if (
    expert.vocabSize !== vocabSize ||
    vocabulary.size !== vocabSize ||
    vocabulary.endOfTextId !== endOfTextId
  ) {
    return false;
  }
  for (let id = 0; id < vocabSize; id++) {
    const [own, shared] = [vocabulary.tokenBytes(id), tokenizer.tokenBytes(id)];
    const isSame = own?.length === shared.length && own.every((byte, i) => byte === shared[i]);
    if (!isSame && id !== endOfTextId) {
      return false;
    }
  }
  return true;
}

/**
 * A model over the shared tokens that answers slowly in the same thread: `pause` is awaited before the answer in each state, so that
 * other work can go on. Its answers pass unchanged; a state whose answer is no distribution does not become ready.
 */
export class SharedModel<State> implements Expert<State> {
  readonly vocabSize: number;
  readonly readiness: Readiness<State> = {
    isReady: (state) => this.finished.has(state),
    prepare: (states) => this.prepare(states),
  };
  /** Oldest first. */
  private readonly finished = new Map<State, Float32Array>();
  private isDisposed = false;

  constructor(
    readonly name: string,
    private readonly expert: Expert<State>,
    private readonly pause: (state: State) => Promise<void>,
  ) {
    this.vocabSize = expert.vocabSize;
  }

  start(): State {
    return this.expert.start();
  }

  next(state: State, tokenId: number): State {
    return this.expert.next(state, tokenId);
  }

  nextMany(states: readonly State[], tokenIds: ArrayLike<number>): State[] {
    return this.expert.nextMany(states, tokenIds);
  }

  predict(state: State, probs: Float32Array): void {
    probs.set(this.finished.get(state) ?? this.ask(state));
  }

  predictMany(states: readonly State[], probs: readonly Float32Array[]): void {
    for (const [i, state] of states.entries()) {
      this.predict(state, probs[i]);
    }
  }

  /** Also ends preparations under way, as nobody needs them any more. */
  dispose(): void {
    this.isDisposed = true;
    this.finished.clear();
    this.expert.dispose();
  }

  private async prepare(states: readonly State[]): Promise<void> {
    bringForward(this.finished, states);
    for (const state of new Set(states)) {
      await this.pause(state);
      if (this.isDisposed) {
        return;
      }
      // Another call may have asked for it during the pause.
      if (!this.finished.has(state)) {
        this.keep(state, this.ask(state));
      }
    }
  }

  private ask(state: State): Float32Array {
    const probs = new Float32Array(this.vocabSize);
    this.expert.predict(state, probs);
    return probs;
  }

  private keep(state: State, probs: Float32Array): void {
    const sum = probs.reduce((total, p) => total + p, 0);
    if (!(Math.abs(sum - 1) < TOLERANCE)) {
      return;
    }
    this.finished.set(state, probs);
    evictOldest(this.finished, MOST_KEPT);
  }
}
