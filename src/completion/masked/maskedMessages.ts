/** What the process in which ONNX Runtime runs is told to open and asked, and its replies. */
import type { JoinRow } from './joinQuestion';

export interface MaskedOpening {
  /** Of the ONNX file. */
  readonly path: string;
  /** The folder that ONNX Runtime was installed into. */
  readonly modulePath: string;
  readonly threads: number;
  readonly maskId: number;
  /** Token ids run once on opening, to check what the model answers. */
  readonly probe: Int32Array;
}
export interface MaskedOpened {
  readonly inputs: readonly string[];
  /** Of `input_ids`; a text stands for a dimension that any number fits. */
  readonly shape: readonly (number | string)[];
  /** Its output for the probe; null when the model's inputs are not the known ones, or their shape is fixed. */
  readonly output: {
    readonly type: string;
    readonly dims: readonly number[];
    readonly isFinite: boolean;
  } | null;
}
/** At most a few rows. */
export type MaskedQuestion = readonly JoinRow[];
/** By row, the sum of ln p(token | all others) over the judged tokens; null when a newer question came. */
export type MaskedAnswer = readonly number[] | null;

export const REQUIRED_INPUTS = ['input_ids', 'attention_mask'];
export const KNOWN_INPUTS = [...REQUIRED_INPUTS, 'token_type_ids'];

/** Whether texts of any length, and any number of them at once, fit the shape of an input. */
export const isDynamic = (shape: MaskedOpened['shape']): boolean =>
  shape.every((dimension) => typeof dimension === 'string');
