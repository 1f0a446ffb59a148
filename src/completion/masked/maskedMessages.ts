/** What the process in which ONNX Runtime runs is told to open and asked, and its answers. */
import type { JoinRow } from './joinQuestion';

export interface MaskedOpening {
  /** Of the ONNX file. */
  readonly path: string;
  /** The folder that ONNX Runtime was installed into. */
  readonly modulePath: string;
  readonly threads: number;
  /** What the user calls the model. */
  readonly name: string;
  readonly maskId: number;
  /** Number of tokens that its tokenizer knows. */
  readonly vocabSize: number;
  /** Token ids run once on opening, to check what the model answers; as long as the longest question. */
  readonly probe: Int32Array;
}
/** At most a few rows. */
export type MaskedQuestion = readonly JoinRow[];
/** By row, the sum of ln p(token | all others) over the judged tokens; null when a newer question came. */
export type MaskedAnswer = readonly number[] | null;
