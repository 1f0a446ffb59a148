/** What a network asks of an engine, in ordinary TensorFlow.js ops: right on any backend, and the measure for the engines' own. */
import type { TensorContainer } from '@tensorflow/tfjs-core';
import type { CellKind } from '../../model/networkConfig';
import { gruStep, gruStepGradient } from './gruCell';
import { lstmStep, lstmStepGradient } from './lstmCell';
import { rnnStep, rnnStepGradient } from './rnnCell';
import type { RecurrentCell } from './recurrentCell';
import {
  ADAM_BETA1,
  ADAM_BETA2,
  ADAM_EPSILON,
  type AdamSlot,
  type AdamUpdate,
  type Batch,
  type Matrix,
  type RecurrentGradients,
  type RecurrentInput,
  type RecurrentTape,
  type SoftmaxLoss,
  type Tensor,
  type TensorFlow,
  type Vector,
} from './tensorOps';

const CELLS: Readonly<Record<CellKind, RecurrentCell>> = {
  lstm: { step: lstmStep, stepGradient: lstmStepGradient },
  gru: { step: gruStep, stepGradient: gruStepGradient },
  rnn: { step: rnnStep, stepGradient: rnnStepGradient },
};

/** Tensors made by a method belong to the tidy scope around the call; a method never disposes its arguments. */
export class StockOps {
  constructor(readonly tf: TensorFlow) {}

  /** a · b. Never with TensorFlow.js' transposed flags: with these wasm has a tenth of the speed. */
  product(a: Matrix, b: Matrix): Matrix {
    return this.tf.matMul(a, b);
  }

  transpose(a: Matrix): Matrix {
    return this.tf.transpose(a);
  }

  /** For each g the product of the g-th matrices of a and b, either of which may be read transposed, [G, rows, columns]. */
  batchProduct(a: Batch, b: Batch, { transposeA = false, transposeB = false } = {}): Batch {
    return this.tf.matMul(a, b, transposeA, transposeB);
  }

  /** Rows start … start + count − 1, [count, C]. */
  rowRange(a: Matrix, start: number, count: number): Matrix {
    return this.tf.slice(a, [start, 0], [count, a.shape[1]]);
  }

  /** Columns start … start + count − 1, [R, count]. */
  columnRange(a: Matrix, start: number, count: number): Matrix {
    return this.tf.slice(a, [0, start], [a.shape[0], count]);
  }

  /** Row ids[n] of `table` [V, E] as row n, [N, E]. */
  rowsAt(table: Matrix, ids: Int32Array): Matrix {
    return this.tf.gather(table, this.tf.tensor1d(ids, 'int32'));
  }

  /** Sums over the rows: [N, C] to [C]. */
  columnSums(a: Matrix): Vector {
    return this.tf.sum<Vector>(a, 0);
  }

  /** Runs the cell over all steps. */
  recurrentForward(architecture: CellKind, input: RecurrentInput): RecurrentTape {
    const { tf } = this;
    const { inputGates, recurrentKernel, recurrentBias, unrollSteps } = input;
    const batchSize = inputGates.shape[0] / unrollSteps;
    let state = input.initial;
    const outputs: Matrix[] = [];
    const previous: Matrix[] = [];
    const saved: Tensor[] = [];
    for (let t = 0; t < unrollSteps; t++) {
      // Each step's own tensors end with it: those of all steps together were most of the memory of a training.
      const step = tidied(tf, () => {
        const inputPart = this.rowRange(inputGates, t * batchSize, batchSize);
        const recurrent = this.product(state.hidden, recurrentKernel);
        const biased = recurrentBias === null ? recurrent : tf.add<Matrix>(recurrent, recurrentBias);
        return this.cellOf(architecture).step(tf, inputPart, biased, state);
      });
      previous.push(state.hidden);
      outputs.push(step.state.hidden);
      saved.push(...step.saved);
      state = step.state;
    }
    return { outputs: tf.concat(outputs, 0), previousOutputs: tf.concat(previous, 0), final: state, saved };
  }

  /** Back-propagates `outputGradients` [N, H] through all steps; `recurrentKernelTransposed` is [gates · H, H]. */
  recurrentBackward(
    architecture: CellKind,
    input: RecurrentInput,
    tape: RecurrentTape,
    outputGradients: Matrix,
    recurrentKernelTransposed: Matrix,
  ): RecurrentGradients {
    const { tf } = this;
    const { unrollSteps } = input;
    const batchSize = outputGradients.shape[0] / unrollSteps;
    const savedPerStep = tape.saved.length / unrollSteps;
    const inputParts: Matrix[] = [];
    const recurrentParts: Matrix[] = [];
    let dHidden: Matrix | null = null;
    let dCell: Matrix | null = null;
    for (let t = unrollSteps - 1; t >= 0; t--) {
      const after: { readonly hidden: Matrix | null; readonly cell: Matrix | null } = {
        hidden: dHidden,
        cell: dCell,
      };
      const step = tidied(tf, () => {
        const dOutput = this.rowRange(outputGradients, t * batchSize, batchSize);
        const dTotal = after.hidden === null ? dOutput : tf.add<Matrix>(dOutput, after.hidden);
        const saved = tape.saved.slice(t * savedPerStep, (t + 1) * savedPerStep) as Matrix[];
        const { inputGates, recurrentGates, hidden, cell } = this.cellOf(architecture).stepGradient(
          tf,
          saved,
          dTotal,
          after.cell,
        );
        const through = t > 0 ? this.product(recurrentGates, recurrentKernelTransposed) : null;
        return {
          inputGates,
          recurrentGates,
          hidden: through === null || hidden === null ? through : tf.add<Matrix>(through, hidden),
          cell,
        };
      });
      inputParts.unshift(step.inputGates);
      recurrentParts.unshift(step.recurrentGates);
      dHidden = step.hidden;
      dCell = step.cell;
    }
    const inputGates = tf.concat(inputParts, 0);
    return { inputGates, recurrentGates: architecture === 'gru' ? tf.concat(recurrentParts, 0) : inputGates };
  }

  protected cellOf(architecture: CellKind): RecurrentCell {
    return CELLS[architecture];
  }

  /** Softmax cross-entropy of `logits` [N, V] at `targets` [N], each row weighted by `weights` [N]; may overwrite `logits`. */
  softmaxLoss(
    logits: Matrix,
    targets: Int32Array,
    weights: Float32Array,
    withGradient: boolean,
  ): SoftmaxLoss {
    const { tf } = this;
    const rows = logits.shape[0];
    const vocabSize = logits.shape[1];
    const shifted = tf.sub<Matrix>(logits, tf.max<Matrix>(logits, 1, true));
    const logSum = tf.log(tf.sum<Vector>(tf.exp(shifted), 1));
    const hot = tf.cast<Matrix>(tf.oneHot(tf.tensor1d(targets, 'int32'), vocabSize) as Matrix, 'float32');
    const atTarget = tf.sum<Vector>(tf.mul(shifted, hot), 1);
    const rowWeights = tf.tensor1d(weights);
    const lossSum = tf.sum(tf.mul(tf.sub(logSum, atTarget), rowWeights));
    if (!withGradient) {
      return { lossSum, gradient: null };
    }
    const column = tf.reshape(rowWeights, [rows, 1]);
    return { lossSum, gradient: tf.mul<Matrix>(tf.sub(tf.softmax(logits), hot), column) };
  }

  /** `dense` [V, E] with row n of `rows` [N, E] added to its row ids[n]; may work in place on `dense`. */
  addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix {
    const sums = dense.dataSync<'float32'>();
    const total = new Float32Array(sums);
    addRows(total, ids, rows.dataSync<'float32'>(), dense.shape[1]);
    return this.tf.tensor2d(total, dense.shape);
  }

  /** Sum of squares over all elements of all tensors, a scalar. */
  sumOfSquares(tensors: readonly Tensor[]): Tensor {
    const { tf } = this;
    return tf.sum(tf.stack(tensors.map((tensor) => tf.sum(tf.square(tensor)))));
  }

  /**
   * The values of scalars, all at once: on a GPU each read waits for all work queued before.
   * @throws Error when the device has failed
   */
  async read(scalars: readonly Tensor[]): Promise<number[]> {
    const { tf } = this;
    const together = tf.tidy(() => tf.stack(scalars.map((scalar) => tf.reshape(scalar, []))));
    try {
      return [...(await together.data<'float32'>())];
    } finally {
      together.dispose();
    }
  }

  /**
   * The values of a tensor.
   * @throws Error when the device has failed
   */
  download(tensor: Tensor): Promise<Float32Array> {
    return tensor.data<'float32'>();
  }

  /**
   * One Adam step (Kingma & Ba 2015, arXiv 1412.6980) with beta1 0.9, beta2 0.999, epsilon 1e-8 and bias correction. The
   * slot given is used up: its tensors are disposed or reused in the result, whose tensors the caller owns.
   */
  adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot {
    const { tf } = this;
    const stepSize = adamStepSize(update);
    const epsilon = adamEpsilon(update);
    const next = this.keptSlot(() => {
      const scaled = tf.mul(gradient, update.gradientScale);
      const firstMoment = tf.add(tf.mul(slot.firstMoment, ADAM_BETA1), tf.mul(scaled, 1 - ADAM_BETA1));
      const squared = tf.square(scaled);
      const secondMoment = tf.add(tf.mul(slot.secondMoment, ADAM_BETA2), tf.mul(squared, 1 - ADAM_BETA2));
      const direction = tf.div(firstMoment, tf.add(tf.sqrt(secondMoment), epsilon));
      return { value: tf.sub(slot.value, tf.mul(direction, stepSize)), firstMoment, secondMoment };
    });
    tf.dispose([slot.value, slot.firstMoment, slot.secondMoment]);
    return next;
  }

  /** The slot that `make` gives; its tensors alone outlive the scope around the call. */
  protected keptSlot(make: () => AdamSlot): AdamSlot {
    const slot = tidied(this.tf, make);
    for (const tensor of [slot.value, slot.firstMoment, slot.secondMoment]) {
      this.tf.keep(tensor);
    }
    return slot;
  }
}

/** As `tf.tidy`, whose types know no null and no interface. */
function tidied<Result>(tf: TensorFlow, body: () => Result): Result {
  return tf.tidy(body as () => TensorContainer) as Result;
}

/** Adds row n of `rows` to row ids[n] of `total`, both row-major with `width` columns. */
export function addRows(total: Float32Array, ids: Int32Array, rows: Float32Array, width: number): void {
  for (let n = 0; n < ids.length; n++) {
    const to = ids[n] * width;
    const from = n * width;
    for (let i = 0; i < width; i++) {
      total[to + i] = total[to + i] + rows[from + i];
    }
  }
}

/** The step size with both bias corrections folded in, for use with {@link adamEpsilon} (section 2 of the paper). */
export function adamStepSize({ learningRate, step }: AdamUpdate): number {
  return (learningRate * Math.sqrt(1 - ADAM_BETA2 ** step)) / (1 - ADAM_BETA1 ** step);
}

/** Epsilon scaled so that the folded form equals m̂ / (√v̂ + ε) exactly. */
export function adamEpsilon({ step }: AdamUpdate): number {
  return ADAM_EPSILON * Math.sqrt(1 - ADAM_BETA2 ** step);
}
