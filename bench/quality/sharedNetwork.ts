import type { Expert } from '../../src/model/expert';
import { OneByOne } from '../../src/model/oneByOne';

/**
 * One network for several mixtures that read the same text, so that each of its steps is computed once. Results are forgotten
 * together with the states they belong to.
 */
export class SharedNetwork extends OneByOne<unknown> implements Expert {
  readonly name: string;
  readonly vocabSize: number;
  private readonly first: unknown;
  private readonly nexts = new WeakMap<object, Map<number, unknown>>();
  private readonly predictions = new WeakMap<object, Float32Array>();

  constructor(private readonly network: Expert) {
    super();
    this.name = network.name;
    this.vocabSize = network.vocabSize;
    this.first = network.start();
  }

  start(): unknown {
    return this.first;
  }

  next(state: unknown, tokenId: number): unknown {
    const known = this.nexts.get(state as object) ?? new Map<number, unknown>();
    this.nexts.set(state as object, known);
    const next = known.get(tokenId) ?? this.network.next(state, tokenId);
    known.set(tokenId, next);
    return next;
  }

  predict(state: unknown, probs: Float32Array): void {
    let known = this.predictions.get(state as object);
    if (known === undefined) {
      known = new Float32Array(this.vocabSize);
      this.network.predict(state, known);
      this.predictions.set(state as object, known);
    }
    probs.set(known);
  }

  dispose(): void {
    this.network.dispose();
  }
}
