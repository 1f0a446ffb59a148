import { bringForward, evictOldest } from '../boundedMap';
import type { Expert, Readiness } from '../expert';
import { OneByOne } from '../oneByOne';

/** Most distributions kept while none are prepared, and most numbers in them: 16 MB. */
const MOST_KEPT = 512;
const MOST_NUMBERS = 1 << 22;

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
 * so that other work can go on; the answer in a place is one more.
 */
export class DeferredModel<State>
  extends OneByOne<DeferredState<State>>
  implements Expert<DeferredState<State>>
{
  readonly vocabSize: number;
  readonly readiness: Readiness<DeferredState<State>> = {
    isReady: (place) => this.finished.has(place),
    prepare: (places) => this.prepare(places),
  };
  /** Least recently prepared first. */
  private readonly finished = new Map<DeferredState<State>, Float32Array>();
  /** Calls under way, of which each needs all that it has prepared. */
  private preparing = 0;
  private isDisposed = false;

  constructor(
    readonly name: string,
    private readonly expert: Expert<State>,
    private readonly pause: () => Promise<void>,
  ) {
    super();
    this.vocabSize = expert.vocabSize;
  }

  start(): DeferredState<State> {
    return { before: null, tokenId: -1, state: this.expert.start() };
  }

  next(before: DeferredState<State>, tokenId: number): DeferredState<State> {
    return { before, tokenId, state: null };
  }

  predict(place: DeferredState<State>, probs: Float32Array): void {
    probs.set(this.finished.get(place) ?? this.answer(place));
  }

  /** Also ends preparations under way, as nobody needs them any more. */
  dispose(): void {
    this.isDisposed = true;
    this.finished.clear();
    this.expert.dispose();
  }

  private async prepare(places: readonly DeferredState<State>[]): Promise<void> {
    bringForward(this.finished, places);
    this.preparing++;
    try {
      for (const place of new Set(places)) {
        await this.reach(place);
        if (this.isDisposed) {
          return;
        }
        // Another call may have asked for it during the pause.
        if (!this.finished.has(place)) {
          this.finished.set(place, this.answer(place));
        }
      }
    } finally {
      if (!this.isDisposed) {
        // By then, a bridge that waited has taken what was prepared for it.
        void this.pause().then(() => {
          if (--this.preparing === 0) {
            evictOldest(this.finished, Math.min(MOST_KEPT, Math.floor(MOST_NUMBERS / this.vocabSize)));
          }
        });
      }
    }
  }

  /** Reads up to a place, a step after each pause. Ends early once the model is disposed of. */
  private async reach(place: DeferredState<State>): Promise<void> {
    for (;;) {
      await this.pause();
      const next = this.isDisposed ? null : firstUnread(place);
      if (next === null) {
        return;
      }
      this.read(next);
    }
  }

  private answer(place: DeferredState<State>): Float32Array {
    for (let next = firstUnread(place); next !== null; next = firstUnread(place)) {
      this.read(next);
    }
    const probs = new Float32Array(this.vocabSize);
    this.expert.predict(place.state!, probs);
    return probs;
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
