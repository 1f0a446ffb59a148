import type { Expert } from '../expert';
import { HALF_SLOT } from './gateParameters';

export interface NetworkStates {
  /** By network, each of its own kind. */
  readonly networks: readonly unknown[];
}

/** The networks of a mixture, advanced together; each contributes only in states where its answer is ready. */
export class NetworkEnsemble {
  /** By network, its slot in the gate. */
  readonly slots: readonly number[];
  /** By network, [vocabSize]: its distribution at the last {@link read}. */
  readonly probs: readonly Float32Array[];
  /** The half is the last. */
  private readonly networks: readonly Expert[];

  /**
   * @param base the base network, the personal one, or both, in this order
   * @param half the language-model half that the user chose, over the same vocabulary
   */
  constructor(
    private readonly vocabSize: number,
    base: readonly Expert[],
    half: Expert | null,
  ) {
    this.networks = half === null ? base : [...base, half];
    this.slots = this.networks.map((network, i) => (network === half ? HALF_SLOT : i));
    this.probs = this.networks.map(() => new Float32Array(vocabSize));
  }

  get size(): number {
    return this.networks.length;
  }

  get names(): string[] {
    return this.networks.map(({ name }) => name);
  }

  get hasHalf(): boolean {
    return this.slots.at(-1) === HALF_SLOT;
  }

  /** Whether the half may have to be waited for. */
  get isHalfSlow(): boolean {
    return this.hasHalf && this.networks.at(-1)!.readiness !== undefined;
  }

  /** By network, its state after one token of a new sequence. */
  start(tokenId: number): unknown[] {
    return this.networks.map((network) => network.next(network.start(), tokenId));
  }

  /** By network and place i, its state after `states[i]` and `tokenIds[i]`. */
  nextMany(states: readonly NetworkStates[], tokenIds: ArrayLike<number>): unknown[][] {
    return this.networks.map((network, n) =>
      network.nextMany(
        states.map(({ networks }) => networks[n]),
        tokenIds,
      ),
    );
  }

  /** By state and network, its distribution; undefined where it is not ready. */
  predictMany(states: readonly NetworkStates[]): (Float32Array | undefined)[][] {
    const given = states.map(() => new Array<Float32Array | undefined>(this.networks.length));
    for (const [n, network] of this.networks.entries()) {
      const ready = states.flatMap((state, i) => (this.isReady(n, state) ? [i] : []));
      const several = ready.map(() => new Float32Array(this.vocabSize));
      network.predictMany(
        ready.map((i) => states[i].networks[n]),
        several,
      );
      for (const [k, i] of ready.entries()) {
        given[i][n] = several[k];
      }
    }
    return given;
  }

  /** Waits for the networks that are not ready in some of these states; undefined when all are. It never rejects. */
  prepare(states: readonly NetworkStates[]): Promise<void> | undefined {
    const pending = this.networks.flatMap(({ readiness }, n) => {
      const waiting = states.filter((state) => !this.isReady(n, state)).map(({ networks }) => networks[n]);
      return waiting.length === 0 || readiness === undefined ? [] : [readiness.prepare(waiting)];
    });
    return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
  }

  isHalfReady(state: NetworkStates): boolean {
    return this.isReady(this.networks.length - 1, state);
  }

  /** The networks that contribute in this state: all that are ready. */
  speakers(state: NetworkStates): number[] {
    return [...this.networks.keys()].filter((n) => this.isReady(n, state));
  }

  /**
   * Fills {@link probs} of the speakers for a state.
   * @param given their distributions by {@link predictMany}, when it was called already
   */
  read(
    state: NetworkStates,
    speakers: readonly number[],
    given?: readonly (Float32Array | undefined)[],
  ): void {
    for (const n of speakers) {
      const probs = given?.[n];
      if (probs === undefined) {
        this.networks[n].predict(state.networks[n], this.probs[n]);
      } else {
        this.probs[n].set(probs);
      }
    }
  }

  dispose(): void {
    for (const network of this.networks) {
      network.dispose();
    }
  }

  private isReady(network: number, state: NetworkStates): boolean {
    return this.networks[network].readiness?.isReady(state.networks[network]) ?? true;
  }
}
