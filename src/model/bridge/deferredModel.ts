import type { Expert } from '../expert';

/** A place in a text. It only notes what was read until the model's own state is asked for. */
export interface DeferredState<State> {
  /** Null once {@link state} is known, so that a long text does not keep its earlier states alive. */
  before: DeferredState<State> | null;
  readonly tokenId: number;
  state: State | null;
}

/**
 * A model that computes slowly in the same thread, and reads a text only when it is asked about it: `next` costs nothing, as most
 * texts are read, and most continuations tried, by callers that do not wait for this model. `pause` is awaited before each step,
 * so that other work can go on.
 */
export class DeferredModel<State> implements Expert<DeferredState<State>> {
  readonly name: string;
  readonly vocabSize: number;
  private isDisposed = false;

  constructor(
    private readonly expert: Expert<State>,
    private readonly pause: () => Promise<void>,
  ) {
    this.name = expert.name;
    this.vocabSize = expert.vocabSize;
  }

  /** Reads up to a place, so that {@link predict} there takes one step of the model. Ends early once the model is disposed of. */
  async reach(place: DeferredState<State>): Promise<void> {
    for (;;) {
      await this.pause();
      const next = this.isDisposed ? null : firstUnread(place);
      if (next === null) {
        return;
      }
      this.read(next);
    }
  }

  start(): DeferredState<State> {
    return { before: null, tokenId: -1, state: this.expert.start() };
  }

  next(before: DeferredState<State>, tokenId: number): DeferredState<State> {
    return { before, tokenId, state: null };
  }

  nextMany(places: readonly DeferredState<State>[], tokenIds: ArrayLike<number>): DeferredState<State>[] {
    return places.map((place, i) => this.next(place, tokenIds[i]));
  }

  predict(place: DeferredState<State>, probs: Float32Array): void {
    this.expert.predict(this.stateAt(place), probs);
  }

  predictMany(places: readonly DeferredState<State>[], probs: readonly Float32Array[]): void {
    this.expert.predictMany(
      places.map((place) => this.stateAt(place)),
      probs,
    );
  }

  dispose(): void {
    this.isDisposed = true;
    this.expert.dispose();
  }

  private stateAt(place: DeferredState<State>): State {
    for (let next = firstUnread(place); next !== null; next = firstUnread(place)) {
      this.read(next);
    }
    return place.state!;
  }

  private read(place: DeferredState<State>): void {
    place.state = this.expert.next(place.before!.state!, place.tokenId);
    place.before = null;
  }
}

/** The earliest place up to this one whose state is unknown; null when its own is known. */
function firstUnread<State>(place: DeferredState<State>): DeferredState<State> | null {
  let first: DeferredState<State> | null = null;
  for (let at: DeferredState<State> | null = place; at !== null && at.state === null; at = at.before) {
    first = at;
  }
  return first;
}
