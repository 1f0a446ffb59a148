/** What the process in which ONNX Runtime runs is told to open, and what it is asked. */
import type { JoinRow } from './joinQuestion';

export interface MaskedOpening {
  /** Of the ONNX file. */
  readonly path: string;
  /** The folder that ONNX Runtime was installed into. */
  readonly modulePath: string;
  readonly threads: number;
  readonly maskId: number;
  /** Read once, to see what the model answers. */
  readonly probe: Int32Array;
}
export interface MaskedOpened {
  readonly inputs: readonly string[];
  /** What it makes of the probe; null when its inputs are not those that are known. */
  readonly output: {
    readonly type: string;
    readonly dims: readonly number[];
    readonly isFinite: boolean;
  } | null;
}
/** At most a few rows. */
export type MaskedQuestion = readonly JoinRow[];
/** By row, the sum of ln p(token | all others) over the judged tokens; null when it was given up for a newer question. */
export type MaskedAnswer = readonly number[] | null;

export const REQUIRED_INPUTS = ['input_ids', 'attention_mask'];
export const KNOWN_INPUTS = [...REQUIRED_INPUTS, 'token_type_ids'];
