/** A small mixture for tests: trigram counts over a given text, smoothed towards a uniform distribution. */
import type {
  DocumentText,
  ExpertPrediction,
  MixtureModel,
  MixtureState,
  WorkspaceText,
} from '../../src/model/mixtureModel';
import { OneByOne } from '../../src/model/oneByOne';

interface CountingState {
  /** At most the last two tokens. */
  readonly context: readonly number[];
}

/** What was asked of the model, so that tests can count steps. */
export interface Calls {
  next: number;
  predict: number;
  learned: number[];
}

export class CountingMixture extends OneByOne<MixtureState> implements MixtureModel {
  readonly name = 'counting';
  readonly calls: Calls = { next: 0, predict: 0, learned: [] };
  readonly halfWeight = null;
  readonly workspace = new CountingWorkspace();
  private readonly counts = new Map<string, Map<number, number>>();
  isDisposed = false;

  /** @param texts token sequences to count */
  constructor(
    readonly vocabSize: number,
    texts: readonly ArrayLike<number>[],
  ) {
    super();
    for (const tokens of texts) {
      for (let i = 0; i < tokens.length; i++) {
        for (let order = 0; order <= 2 && order <= i; order++) {
          this.count(
            Array.from({ length: order }, (_, k) => tokens[i - order + k]),
            tokens[i],
          );
        }
      }
    }
  }

  start(): CountingState {
    return { context: [] };
  }

  next(state: MixtureState, tokenId: number): CountingState {
    this.calls.next++;
    return { context: [...(state as CountingState).context, tokenId].slice(-2) };
  }

  predict(state: MixtureState, probs: Float32Array): void {
    this.calls.predict++;
    const { context } = state as CountingState;
    probs.fill(1 / this.vocabSize);
    for (let order = 0; order <= context.length; order++) {
      const seen = this.counts.get(context.slice(context.length - order).join());
      if (seen === undefined) {
        continue;
      }
      const total = [...seen.values()].reduce((a, b) => a + b, 0);
      const weight = total / (total + 0.05);
      for (let i = 0; i < probs.length; i++) {
        probs[i] *= 1 - weight;
      }
      for (const [tokenId, count] of seen) {
        probs[tokenId] += (weight * count) / total;
      }
    }
  }

  prepare(): Promise<void> | undefined {
    return undefined;
  }

  explain(state: MixtureState): ExpertPrediction[] {
    const probs = new Float32Array(this.vocabSize);
    this.predict(state, probs);
    return [
      { name: 'counts', weight: 0.75, probs },
      { name: 'uniform', weight: 0.25, probs: new Float32Array(this.vocabSize).fill(1 / this.vocabSize) },
    ];
  }

  learnGate(_state: MixtureState, tokenId: number): void {
    this.calls.learned.push(tokenId);
  }

  learnSlowHalf(): boolean {
    return false;
  }

  dispose(): void {
    this.isDisposed = true;
  }

  private count(context: readonly number[], tokenId: number): void {
    const key = context.join();
    const seen = this.counts.get(key) ?? new Map<number, number>();
    this.counts.set(key, seen);
    seen.set(tokenId, (seen.get(tokenId) ?? 0) + 1);
  }
}

class CountingWorkspace implements WorkspaceText {
  readonly files = new Map<string, Int32Array>();
  openUri: string | null = null;
  readonly document = new RecordedDocument();

  get tokenCount(): number {
    return [...this.files.values()].reduce((sum, tokens) => sum + tokens.length, 0);
  }

  learnFile(uri: string, tokens: Int32Array): void {
    if (tokens.length === 0) {
      this.files.delete(uri);
    } else {
      this.files.set(uri, tokens);
    }
  }

  openDocument(uri: string | null): void {
    this.openUri = uri;
    this.document.truncate(0);
    this.document.setBelow([]);
  }

  narrowOpenFile(): boolean {
    return false;
  }

  renew(): boolean {
    return false;
  }
}

class RecordedDocument implements DocumentText {
  tokens: number[] = [];
  below: number[] = [];

  get length(): number {
    return this.tokens.length;
  }

  append(tokens: ArrayLike<number>): void {
    this.tokens.push(...Array.from(tokens));
  }

  truncate(length: number): void {
    if (length > this.tokens.length) {
      throw new RangeError(`The document has ${this.tokens.length} tokens, fewer than ${length}.`);
    }
    this.tokens.length = length;
  }

  setBelow(tokens: ArrayLike<number>): void {
    this.below = Array.from(tokens);
  }
}
