/** An expert over a model that answers asynchronously. It is asked ahead of need, about many places of a text at once. */
import { bringForward, evictOldest } from '../../model/boundedMap';
import type { Expert, Readiness } from '../../model/expert';
import { OneByOne } from '../../model/oneByOne';

/** Asks what follows several prefixes of one token sequence. */
export interface Question {
  /** What the model reads; no longer than its window. */
  readonly tokens: Int32Array;
  /** Lengths of the prefixes whose next token is asked for, ascending, each at least 1. */
  readonly after: readonly number[];
}

export interface DistributionSource {
  /**
   * The requested next-token distributions [vocabSize], by question and prefix; null where the model has none. Never rejects.
   */
  ask(questions: readonly Question[]): Promise<readonly (readonly (Float32Array | null)[])[]>;
  dispose(): void;
}

/** The text read so far, as a linked list of its tokens, last to first. */
export interface RemoteState {
  readonly parent: RemoteState | null;
  readonly tokenId: number;
  /** Number of tokens read, this one included. */
  readonly length: number;
}

interface RemoteExpertOptions {
  readonly vocabSize: number;
  /** Most tokens that the model reads; at least 2. */
  readonly window: number;
  /** Read before every text, since a model needs a token to predict from. */
  readonly firstTokenId: number;
}

/** Most numbers in the cached distributions (64 MB), unless one call prepares more. */
const MOST_NUMBERS = 1 << 24;

export class RemoteExpert extends OneByOne<RemoteState> implements Expert<RemoteState> {
  readonly name = 'half';
  readonly vocabSize: number;
  readonly readiness: Readiness<RemoteState> = {
    isReady: (state) => this.distributions.has(state),
    prepare: (states) => this.prepare(states),
  };
  private readonly window: number;
  private readonly first: RemoteState;
  /** Least recently prepared first. */
  private readonly distributions = new Map<RemoteState, Float32Array>();
  private readonly underWay = new Map<RemoteState, Promise<void>>();

  constructor(
    private readonly source: DistributionSource,
    { vocabSize, window, firstTokenId }: RemoteExpertOptions,
  ) {
    super();
    this.vocabSize = vocabSize;
    this.window = window;
    this.first = { parent: null, tokenId: firstTokenId, length: 1 };
  }

  start(): RemoteState {
    return this.first;
  }

  next(state: RemoteState, tokenId: number): RemoteState {
    // The first token counts once, also where the text itself begins with it.
    return state === this.first && tokenId === this.first.tokenId
      ? state
      : { parent: state, tokenId, length: state.length + 1 };
  }

  /** @throws RangeError when the state is not ready */
  predict(state: RemoteState, probs: Float32Array): void {
    const distribution = this.distributions.get(state);
    if (distribution === undefined) {
      throw new RangeError('The model was not asked about this state.');
    }
    probs.set(distribution);
  }

  dispose(): void {
    this.distributions.clear();
    this.source.dispose();
  }

  private async prepare(states: readonly RemoteState[]): Promise<void> {
    const earlier = new Set(states.flatMap((state) => this.underWay.get(state) ?? []));
    const missing = [...new Set(states)].filter(
      (state) => !this.distributions.has(state) && !this.underWay.has(state),
    );
    bringForward(this.distributions, states);
    if (missing.length > 0) {
      const work = this.askFor(missing, states.length);
      for (const state of missing) {
        this.underWay.set(state, work);
      }
      earlier.add(work);
    }
    await Promise.all(earlier);
  }

  private async askFor(states: readonly RemoteState[], leastKept: number): Promise<void> {
    const lines = this.linesThrough(states);
    const answers = await this.source.ask(lines.map(({ question }) => question));
    for (const [i, { states: onLine }] of lines.entries()) {
      for (const [k, state] of onLine.entries()) {
        const distribution = answers[i][k];
        if (distribution !== null) {
          this.distributions.set(state, distribution);
        }
      }
    }
    for (const state of states) {
      this.underWay.delete(state);
    }
    evictOldest(this.distributions, Math.max(leastKept, Math.floor(MOST_NUMBERS / this.vocabSize)));
  }

  /** A few token sequences whose prefixes cover all of the states, each with its states, shortest first. */
  private linesThrough(
    states: readonly RemoteState[],
  ): { readonly question: Question; readonly states: readonly RemoteState[] }[] {
    const open = new Set(states);
    const lines = [];
    for (const deepest of [...states].sort((a, b) => b.length - a.length)) {
      if (!open.has(deepest)) {
        continue;
      }
      const from = this.windowStart(deepest.length);
      const tokens = new Int32Array(deepest.length - from);
      const onLine: RemoteState[] = [];
      for (
        let state: RemoteState | null = deepest;
        state !== null && state.length > from;
        state = state.parent
      ) {
        tokens[state.length - from - 1] = state.tokenId;
        if (this.windowStart(state.length) === from && open.delete(state)) {
          onLine.unshift(state);
        }
      }
      lines.push({ question: { tokens, after: onLine.map(({ length }) => length - from) }, states: onLine });
    }
    return lines;
  }

  /** Where the window of a text begins. It moves in steps of half a window, so that the model can reuse what it has read. */
  private windowStart(length: number): number {
    const step = this.window >> 1;
    return length <= this.window ? 0 : Math.ceil((length - this.window) / step) * step;
  }
}
