/** One node of a network while it runs. */

/** Vectors of one size, one for each step of a sequence (or for each of several sequences); reused from run to run. */
export class Rows {
  /** [at least count, size] */
  data: Float32Array = new Float32Array(0);
  count = 0;

  constructor(readonly size: number) {}

  /** Makes room for `count` vectors; the previous values are lost. */
  resize(count: number): Float32Array {
    this.count = count;
    if (this.data.length < count * this.size) {
      this.data = new Float32Array(count * this.size);
    }
    return this.data;
  }
}

/** What is known of a value before anything runs. */
export interface ValueShape {
  /** Floats of one step. */
  readonly size: number;
  /** Whether each step of the sequence has a vector, rather than the whole sequence having one. */
  readonly perStep: boolean;
  /** Whether steps of token 0 count as padding (Keras' masks). */
  readonly masked: boolean;
  /** Set for positions: the position of the first step, usually 0. */
  readonly firstPosition?: number;
  /**
   * Set for token numbers; for ones in the tokens' shape; for a mask of the steps, 0 for token 0, else 1; and for the number of
   * steps, which is in the graph but is never computed.
   */
  readonly meaning?: 'tokens' | 'ones' | 'mask' | 'stepCount';
}

export interface RunContext {
  /** Steps before the first of these. */
  readonly position: number;
  /** [steps], 0 where the step is padding. */
  readonly mask: Uint8Array;
  /** Whether the steps are the whole sequence, so that a value for the sequence is the last step's. */
  readonly isWhole: boolean;
}

/**
 * rows: works on each vector by itself. steps: needs the steps before, which a memory keeps. whole: needs the whole sequence,
 * including later steps.
 */
type Scope = 'rows' | 'steps' | 'whole';

export interface Operation {
  readonly scope: Scope;
  readonly shape: ValueShape;
  /** Where `run` leaves its result. */
  readonly rows: Rows;
  /** The memory before the first step, an immutable value; null for an operation without memory. */
  readonly start: unknown;
  /** Steps that it has positions for; Infinity if it does not depend on positions. */
  readonly maxSteps: number;
  /** For an operation over whole sequences: why it cannot go step by step; continues "its layer … ". */
  readonly whyWhole?: string;
  /** @returns the memory afterwards; `before` is not changed */
  run(inputs: readonly Rows[], context: RunContext, before: unknown): unknown;
}

/** How an operation differs from most of its kind. */
export type OperationTraits = Partial<Pick<Operation, 'scope' | 'maxSteps' | 'whyWhole'>>;

/** An operation without memory. */
export function rowOperation(
  shape: ValueShape,
  apply: (inputs: readonly Rows[], rows: Rows, context: RunContext) => void,
  traits: OperationTraits = {},
): Operation {
  const run = (inputs: readonly Rows[], rows: Rows, context: RunContext) => {
    apply(inputs, rows, context);
    return null;
  };
  return stepOperation(shape, null, run, { scope: 'rows', ...traits });
}

/** An operation with a memory of type State. */
export function stepOperation<State>(
  shape: ValueShape,
  start: State,
  run: (inputs: readonly Rows[], rows: Rows, context: RunContext, before: State) => State,
  traits: OperationTraits,
): Operation {
  const rows = new Rows(shape.size);
  return {
    scope: 'steps',
    maxSteps: Infinity,
    ...traits,
    shape,
    rows,
    start,
    run: (inputs, context, before) => run(inputs, rows, context, before as State),
  };
}
