/**
 * {@link TensorOps} on TensorFlow's C library: products by its `MatMul`, the LSTM's gates by fused elementwise ops, softmax and
 * Adam by one op each. Only the recurrent products stand in the loops over time.
 */
import type { Rank } from '@tensorflow/tfjs-core';
import type { CellKind } from '../../model/networkConfig';
import { StockOps } from '../network/stockOps';
import type {
  AdamSlot,
  AdamUpdate,
  Matrix,
  RecurrentGradients,
  RecurrentInput,
  RecurrentTape,
  SoftmaxLoss,
  Tensor,
  TensorFlow,
} from '../network/tensorOps';
import { NativeKernels, type NativeBackend } from './nativeKernels';
import { NativeProducts, type Precision } from './nativeProducts';

/** Tensors that {@link NativeKernels.lstmStepGradient} takes of a step. */
const SAVED_PER_STEP = 6;

export class NativeOps extends StockOps {
  private readonly kernels: NativeKernels;
  private readonly products: NativeProducts;

  constructor(tf: TensorFlow, backend: NativeBackend, precision: Precision) {
    super(tf);
    this.kernels = new NativeKernels(tf, backend);
    this.products = new NativeProducts(backend, precision);
  }

  override product(a: Matrix, b: Matrix): Matrix {
    return this.products.product(a, b);
  }

  override recurrentForward(architecture: CellKind, input: RecurrentInput): RecurrentTape {
    return architecture === 'lstm'
      ? this.products.withRight(input.recurrentKernel, (times) => this.lstmForward(input, times))
      : super.recurrentForward(architecture, input);
  }

  override recurrentBackward(
    architecture: CellKind,
    input: RecurrentInput,
    tape: RecurrentTape,
    outputGradients: Matrix,
    recurrentKernelTransposed: Matrix,
  ): RecurrentGradients {
    if (architecture === 'lstm') {
      // The fused gradient gives the gates in the order i c f o, the network has i f c o: the kernel's rows follow the former
      // within the loop, and the gates of all steps are put right in one go after it.
      const kernel = swapMiddle(this.kernels, recurrentKernelTransposed, 0);
      const inputGates = this.products.withRight(kernel, (times) =>
        this.lstmBackward(input, tape, outputGradients, times),
      );
      return { inputGates, recurrentGates: inputGates };
    }
    return super.recurrentBackward(architecture, input, tape, outputGradients, recurrentKernelTransposed);
  }

  override softmaxLoss(
    logits: Matrix,
    targets: Int32Array,
    weights: Float32Array,
    withGradient: boolean,
  ): SoftmaxLoss {
    const { tf, kernels } = this;
    const { losses, gradient } = kernels.sparseSoftmaxCrossEntropy(logits, tf.tensor1d(targets, 'int32'));
    const rowWeights = tf.tensor2d(weights, [weights.length, 1]);
    const lossSum = tf.dot(losses, tf.reshape(rowWeights, [-1]));
    return { lossSum, gradient: withGradient ? kernels.mul(gradient, rowWeights) : null };
  }

  override addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix {
    return this.kernels.scatterAdd(dense, this.tf.tensor1d(ids, 'int32'), rows);
  }

  override sumOfSquares(tensors: readonly Tensor[]): Tensor {
    const { tf, kernels } = this;
    return tf.mul(2, tf.addN(tensors.map((tensor) => kernels.halfSumOfSquares(tensor))));
  }

  override adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot {
    const { tf, kernels } = this;
    return this.keptSlot(() => {
      const scaled = update.gradientScale === 1 ? gradient : tf.mul(gradient, update.gradientScale);
      return kernels.adam(slot, scaled, update);
    });
  }

  private lstmForward(
    { inputGates, initial, unrollSteps }: RecurrentInput,
    timesKernel: (hidden: Matrix) => Matrix,
  ): RecurrentTape {
    const { kernels } = this;
    let { hidden } = initial;
    let cell = initial.cell!;
    const outputs: Matrix[] = [];
    const previous: Matrix[] = [];
    const saved: Matrix[] = [];
    for (const inputPart of kernels.split(inputGates, unrollSteps, 0)) {
      // Each step's own tensors end with it: those of all steps together were most of the memory of a training.
      const step = this.tf.tidy(() => {
        const gates = kernels.add(inputPart, timesKernel(hidden));
        const parts = kernels.split(gates, 4, 1);
        const inputGate = kernels.sigmoid(parts[0]);
        const forgetGate = kernels.sigmoid(parts[1]);
        const candidate = kernels.tanh(parts[2]);
        const outputGate = kernels.sigmoid(parts[3]);
        const next = kernels.add(kernels.mul(forgetGate, cell), kernels.mul(inputGate, candidate));
        const cellTanh = kernels.tanh(next);
        const output = kernels.mul(outputGate, cellTanh);
        return { saved: [inputGate, forgetGate, candidate, outputGate, cellTanh], next, output };
      });
      const [inputGate, forgetGate, candidate, outputGate, cellTanh] = step.saved;
      saved.push(inputGate, forgetGate, candidate, outputGate, cell, cellTanh);
      previous.push(hidden);
      cell = step.next;
      hidden = step.output;
      outputs.push(hidden);
    }
    return {
      outputs: kernels.concat(outputs, 0),
      previousOutputs: kernels.concat(previous, 0),
      final: { hidden, cell },
      saved,
    };
  }

  private lstmBackward(
    { recurrentKernel, unrollSteps }: RecurrentInput,
    tape: RecurrentTape,
    outputGradients: Matrix,
    timesKernel: (dGates: Matrix) => Matrix,
  ): Matrix {
    const { tf, kernels } = this;
    const hiddenSize = outputGradients.shape[1];
    const batchSize = outputGradients.shape[0] / unrollSteps;
    const zeros = {
      input: tf.zeros<Rank.R2>([batchSize, 0]),
      peephole: tf.zeros<Rank.R1>([hiddenSize]),
      bias: tf.zeros<Rank.R1>([4 * hiddenSize]),
    };
    const dOutputs = kernels.split(outputGradients, unrollSteps, 0);
    const savedOf = (t: number) => tape.saved.slice(t * SAVED_PER_STEP, (t + 1) * SAVED_PER_STEP) as Matrix[];
    const dGates: Matrix[] = [];
    let dHidden = dOutputs[unrollSteps - 1];
    let dCell: Matrix = tf.zeros([batchSize, hiddenSize]);
    for (let t = unrollSteps - 1; t >= 0; t--) {
      const gradient = kernels.lstmStepGradient(recurrentKernel, savedOf(t), dHidden, dCell, zeros);
      dGates.push(gradient.gates);
      dCell = gradient.previousCell;
      if (t > 0) {
        dHidden = kernels.add(dOutputs[t - 1], timesKernel(gradient.gates));
      }
    }
    return swapMiddle(kernels, kernels.concat(dGates.reverse(), 0), 1);
  }
}

/** The second and third quarters exchanged: from gates i c f o to i f c o, and back. */
function swapMiddle(kernels: NativeKernels, x: Matrix, axis: 0 | 1): Matrix {
  const [first, second, third, fourth] = kernels.split(x, 4, axis);
  return kernels.concat([first, third, second, fourth], axis);
}
