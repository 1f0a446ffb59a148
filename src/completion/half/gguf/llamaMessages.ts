/**
 * What llama.cpp's process is told to open, and its reply. Questions and answers are those of `remoteExpert.ts`, in the shared
 * tokens: the model's own tokens never leave the process, nor do distributions over them, which are ten times as large.
 */

export interface LlamaOpening {
  /** Of the GGUF file. */
  readonly path: string;
  /** The folder that llama.cpp was installed into; null without one. */
  readonly modulePath: string | null;
  readonly threads: number;
  /** The shared vocabulary, as in a `tokenizer.json`. */
  readonly tokenizer: unknown;
}

export interface LlamaOpened {
  /** What was opened, in one line. */
  readonly description: string;
}

/** By prefix, a distribution [vocabSize]. */
export type LlamaAnswer = readonly Float32Array[];
