/**
 * llama.cpp, through node-llama-cpp. It holds one context, whose cache stands where the last question ended: a text that goes on
 * costs its new tokens, another one what differs.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DistributionSource, Question } from '../remoteExpert';

/** The part of node-llama-cpp that is used, which is installed on demand and so not known when this is compiled. */
interface LlamaModule {
  readonly getLlama: (options: object) => Promise<{ loadModel(options: object): Promise<LlamaModel> }>;
}
interface LlamaModel {
  tokenize(text: string, specialTokens: boolean): readonly number[];
  createContext(options: object): Promise<LlamaContext>;
}
interface LlamaContext {
  getSequence(): LlamaSequence;
  /** What is behind it, which is no part of its documented surface. */
  readonly _ctx?: {
    sampleToken?: (
      ...options: unknown[]
    ) => Promise<[token: number, pairs?: readonly number[], ...rest: unknown[]]>;
  };
}
interface LlamaSequence {
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  controlledEvaluate(
    input: readonly (number | [number, object])[],
  ): Promise<readonly ({ next: { probabilities?: ReadonlyMap<number, number> } } | undefined)[]>;
}

export interface LlamaSourceOptions {
  /** Of the GGUF file. */
  readonly path: string;
  /** The folder that llama.cpp was installed into. */
  readonly modulePath: string;
  readonly vocabSize: number;
  /** Tokens that it reads at most. */
  readonly window: number;
  readonly threads: number;
}

/** Tokens beyond the window, so that the library never shifts its context by itself. */
const SPARE_TOKENS = 16;

export class LlamaSource implements DistributionSource {
  /** Why the last question that could not be answered could not be. */
  fault: Error | null = null;
  private readonly asking: object;
  /** Distributions of the evaluation that runs, in the order of its tokens, where they were taken before the library made maps of them. */
  private taken: Float32Array[] = [];

  private constructor(
    private readonly model: LlamaModel,
    context: LlamaContext,
    private readonly sequence: LlamaSequence,
    private readonly vocabSize: number,
  ) {
    // All tokens at temperature one: llama.cpp sorts by buckets what it is told to cut by rank, which is faster than its other way.
    const options = { temperature: 1, topK: vocabSize, topP: 1, minP: 0, seed: 1 };
    this.asking = { generateNext: { probabilities: true, options } };
    this.takeFrom(context);
  }

  /** @throws Error, by rejecting, when llama.cpp cannot load the model */
  static async open({
    path,
    modulePath,
    vocabSize,
    window,
    threads,
  }: LlamaSourceOptions): Promise<LlamaSource> {
    const address = pathToFileURL(join(modulePath, 'node_modules', 'node-llama-cpp', 'dist', 'index.js'));
    const { getLlama } = (await import(/* webpackIgnore: true */ address.href)) as LlamaModule;
    const llama = await getLlama({
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: 'disabled',
      maxThreads: threads,
    });
    const model = await llama.loadModel({ modelPath: path });
    const context = await model.createContext({
      contextSize: window + SPARE_TOKENS,
      sequences: 1,
      threads,
      // A cache of which the end can be taken back.
      swaFullCache: true,
    });
    return new LlamaSource(model, context, context.getSequence(), vocabSize);
  }

  tokenize(text: string): number[] {
    return Array.from(this.model.tokenize(text, false));
  }

  async ask(questions: readonly Question[]): Promise<(Float32Array | null)[][]> {
    const answers: (Float32Array | null)[][] = [];
    for (const question of questions) {
      try {
        answers.push(await this.answer(question));
      } catch (error) {
        this.fault = error instanceof Error ? error : new Error(String(error));
        answers.push(question.after.map(() => null));
      }
    }
    return answers;
  }

  dispose(): void {
    // The process ends with it.
  }

  private async answer({ tokens, after }: Question): Promise<Float32Array[]> {
    const ids = Array.from(tokens);
    // What follows a token is known only when it is read, so the first one that is asked about is read again.
    await this.sequence.adaptStateToTokens(ids.slice(0, after[0] - 1), false);
    const from = this.sequence.nextTokenIndex;
    const wanted = new Set(after);
    this.taken = [];
    const read = await this.sequence.controlledEvaluate(
      ids.slice(from).map((id, i) => (wanted.has(from + i + 1) ? [id, this.asking] : id)),
    );
    const distributions =
      this.taken.length === after.length
        ? this.taken
        : after.map((count) => this.fromMap(read[count - 1 - from]?.next.probabilities));
    if (!distributions.every(sumsToOne)) {
      throw new Error('what it predicts are no probabilities, as its weights are damaged');
    }
    return distributions;
  }

  private fromMap(probabilities: ReadonlyMap<number, number> | undefined): Float32Array {
    if (probabilities === undefined) {
      throw new Error('llama.cpp gave no probabilities');
    }
    const distribution = new Float32Array(this.vocabSize);
    for (const [id, probability] of probabilities) {
      distribution[id] = probability;
    }
    return distribution;
  }

  /**
   * The library makes a map of all tokens' probabilities, which takes as long as a third of the model does. They are taken as they
   * come from below it; in a version that is built otherwise, its maps are read.
   */
  private takeFrom({ _ctx: below }: LlamaContext): void {
    const sample = below?.sampleToken?.bind(below);
    if (below === undefined || sample === undefined) {
      return;
    }
    const take = async (...options: unknown[]): Promise<[token: number]> => {
      const [token, pairs] = await sample(...options);
      if (pairs !== undefined) {
        const distribution = new Float32Array(this.vocabSize);
        for (let i = 0; i + 1 < pairs.length; i += 2) {
          distribution[pairs[i]] = pairs[i + 1];
        }
        this.taken.push(distribution);
      }
      return [token];
    };
    // It cannot be assigned to, since it is a method of the library's program.
    Object.defineProperty(below, 'sampleToken', { value: take });
  }
}

/** Up to the rounding of some ten thousand single floats; never where one is no number. */
function sumsToOne(distribution: Float32Array): boolean {
  let sum = 0;
  for (const probability of distribution) {
    sum += probability;
  }
  return Math.abs(sum - 1) < 0.01;
}
