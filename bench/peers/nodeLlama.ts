/** The part of `node-llama-cpp` that the bench uses; the package is in `.cache/peers`, not among the dependencies. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface NextToken {
  readonly token: number;
  /** Probability of `token`, the likeliest one. */
  readonly confidence: number;
  readonly logits: ReadonlyMap<number, number>;
}

type Asked = readonly [
  token: number,
  options: {
    generateNext: {
      token: true;
      confidence: true;
      logits: { filter: { tokens: readonly number[]; includeTop: number } };
    };
  },
];

export interface LlamaSequence {
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  readonly nextTokenIndex: number;
  controlledEvaluate(
    input: readonly (number | Asked)[],
  ): Promise<readonly ({ readonly next: NextToken } | undefined)[]>;
}

export interface LlamaModel {
  readonly tokens: { readonly bos: number | null };
  tokenize(text: string): number[];
  detokenize(tokens: readonly number[], special: boolean, last: readonly number[]): string;
  createContext(options: {
    contextSize: number;
    batchSize: number;
    threads: number;
    swaFullCache: boolean;
  }): Promise<{ getSequence(): LlamaSequence }>;
  dispose(): Promise<void>;
}

interface NodeLlama {
  readonly getLlama: (options: {
    gpu: false;
    build: 'never';
    logLevel: 'error';
    maxThreads: number;
  }) => Promise<{ loadModel(options: { modelPath: string; gpuLayers: 0 }): Promise<LlamaModel> }>;
}

/** Asks for the distribution after a token, over the `top` likeliest tokens and `tokens`. */
export function askAfter(token: number, tokens: readonly number[], top: number): Asked {
  const logits = { filter: { tokens, includeTop: top } };
  return [token, { generateNext: { token: true, confidence: true, logits } }];
}

/**
 * Loads a GGUF file on one thread, as Understudy's generator has one.
 * @throws Error when the package or the file is missing
 */
export async function loadLlamaModel(peersFolder: string, modelPath: string): Promise<LlamaModel> {
  const entry = join(peersFolder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
  const { getLlama } = (await import(pathToFileURL(entry).href)) as NodeLlama;
  const llama = await getLlama({ gpu: false, build: 'never', logLevel: 'error', maxThreads: 1 });
  return llama.loadModel({ modelPath, gpuLayers: 0 });
}
