/**
 * What llama.cpp's process is told to open, and what it then says of it. Questions and answers are those of `remoteExpert.ts`, in
 * the shared tokens: the model's own never leave the process, nor do its distributions, which are ten times as large.
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

export type LlamaOpened =
  | {
      /** What was opened, in one line. */
      readonly description: string;
    }
  | {
      /** Why it was not, in one sentence that says what to do. */
      readonly refusal: string;
    };

/** By beginning, [vocabSize]. */
export type LlamaAnswer = readonly Float32Array[];
