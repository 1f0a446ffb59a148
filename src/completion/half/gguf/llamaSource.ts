/**
 * llama.cpp, through node-llama-cpp, with a single context. Its cache keeps the tokens of the last question, so a text that goes
 * on costs only its new tokens, and another text only those after the common prefix.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { asError } from '../../../protocol/asError';
import { startProgram } from '../../process/openingFaults';
import type { DistributionSource, Question } from '../remoteExpert';

/** The part of node-llama-cpp that is used. It is installed on demand, so its own types are not there at compile time. */
interface LlamaModule {
  readonly getLlama: (options: object) => Promise<{ loadModel(options: object): Promise<LlamaModel> }>;
}
interface LlamaModel {
  tokenize(text: string, specialTokens: boolean): readonly number[];
  createContext(options: object): Promise<LlamaContext>;
}
interface LlamaContext {
  getSequence(): LlamaSequence;
  /** The native context behind it, which is not part of the documented interface. */
  readonly _ctx: {
    sampleToken(
      ...options: unknown[]
    ): Promise<[token: number, pairs?: readonly number[], ...rest: unknown[]]>;
  };
}
interface LlamaSequence {
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  controlledEvaluate(input: readonly (number | [number, object])[]): Promise<unknown>;
}

interface LlamaSourceOptions {
  /** Of the GGUF file. */
  readonly path: string;
  /** The folder that llama.cpp was installed into. */
  readonly modulePath: string;
  readonly vocabSize: number;
  /** Most tokens that the model reads. */
  readonly window: number;
  readonly threads: number;
}

/** Tokens beyond the window, so that the library never shifts its context by itself. */
const SPARE_TOKENS = 16;

export class LlamaSource implements DistributionSource {
  /** Why the last question that failed did so; null while none has. */
  fault: Error | null = null;
  private readonly asking: object;
  /** Distributions of the current evaluation, in the order of its tokens. */
  private taken: Float32Array[] = [];

  private constructor(
    private readonly model: LlamaModel,
    context: LlamaContext,
    private readonly sequence: LlamaSequence,
    private readonly vocabSize: number,
  ) {
    // All tokens at temperature one. With a top-k, even of all tokens, llama.cpp uses a bucket sort, which is faster than its default.
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
    const llama = await startProgram(async () => {
      const { getLlama } = (await import(/* webpackIgnore: true */ address.href)) as LlamaModule;
      return getLlama({
        build: 'never',
        skipDownload: true,
        progressLogs: false,
        logLevel: 'disabled',
        maxThreads: threads,
      });
    });
    const model = await llama.loadModel({ modelPath: path });
    const context = await model.createContext({
      contextSize: window + SPARE_TOKENS,
      sequences: 1,
      threads,
      // With sliding-window attention too, the cache must let tokens be removed from its end.
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
        this.fault = asError(error);
        answers.push(question.after.map(() => null));
      }
    }
    return answers;
  }

  dispose(): void {
    // Memory is freed when the process ends.
  }

  private async answer({ tokens, after }: Question): Promise<Float32Array[]> {
    const ids = Array.from(tokens);
    // Only reading a token gives what follows it, so the first token that is asked about is read again.
    await this.sequence.adaptStateToTokens(ids.slice(0, after[0] - 1), false);
    const from = this.sequence.nextTokenIndex;
    const wanted = new Set(after);
    this.taken = [];
    await this.sequence.controlledEvaluate(
      ids.slice(from).map((id, i) => (wanted.has(from + i + 1) ? [id, this.asking] : id)),
    );
    if (this.taken.length !== after.length) {
      throw new Error('llama.cpp gave no probabilities');
    }
    if (!this.taken.every(sumsToOne)) {
      throw new Error('its predictions are not probabilities, as its weights are damaged');
    }
    return this.taken;
  }

  /**
   * The library builds a map of all tokens' probabilities, which takes a third as long as the model itself. They are captured from
   * the native context instead, as it is in the version that is installed.
   */
  private takeFrom({ _ctx: below }: LlamaContext): void {
    const sample = below.sampleToken.bind(below);
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
    // A native method is read-only, so it cannot be replaced by assignment.
    Object.defineProperty(below, 'sampleToken', { value: take });
  }
}

/** Within the rounding error of some ten thousand 32-bit floats; false where one is NaN. */
function sumsToOne(distribution: Float32Array): boolean {
  let sum = 0;
  for (const probability of distribution) {
    sum += probability;
  }
  return Math.abs(sum - 1) < 0.01;
}
