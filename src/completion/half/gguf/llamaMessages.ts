/** What llama.cpp's process is told to open, and what it then says of it. Questions and answers are those of `remoteExpert.ts`. */

export interface LlamaOpening {
  /** Of the GGUF file. */
  readonly path: string;
  /** The folder that llama.cpp was installed into. */
  readonly modulePath: string;
  /** Tokens that it reads at most. */
  readonly window: number;
  readonly threads: number;
  /** Texts that it is to cut into tokens, to see that the generator does so alike. */
  readonly probes: readonly string[];
}
export interface LlamaOpened {
  /** By probe. */
  readonly tokens: readonly (readonly number[])[];
}
/** By beginning, [vocabSize]. */
export type LlamaAnswer = readonly Float32Array[];
