/**
 * {@link TensorOps} on the WebAssembly backend. Where the backend's ops are slow or missing, the work is done on its heap
 * directly, through typed-array views: no copies, one pass for a whole formula.
 *
 * A view is good until the next allocation (the heap may move when it grows), so outputs are allocated first. A tensor that
 * was the right-hand side of a product must never be changed in place: the backend keeps a packed copy of it.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { StockOps, adamEpsilon, adamStepSize, addRows } from '../network/stockOps';
import {
  ADAM_BETA1,
  ADAM_BETA2,
  type AdamSlot,
  type AdamUpdate,
  type Matrix,
  type SoftmaxLoss,
  type Tensor,
} from '../network/tensorOps';

/** The part of the backend that reaches its heap. */
type WasmHeap = Pick<BackendWasm, 'typedArrayFromHeap' | 'makeOutput'>;

export class WasmOps extends StockOps {
  override softmaxLoss(
    logits: Matrix,
    targets: Int32Array,
    weights: Float32Array,
    withGradient: boolean,
  ): SoftmaxLoss {
    const vocabSize = logits.shape[1];
    const probs = this.tf.softmax(logits);
    const values = this.view(probs);
    let lossSum = 0;
    for (let n = 0; n < targets.length; n++) {
      const weight = weights[n];
      const start = n * vocabSize;
      const target = start + targets[n];
      // The smallest normal number keeps the loss finite where float32 rounded a probability to zero.
      lossSum -= weight * Math.log(Math.max(values[target], 1.2e-38));
      if (withGradient) {
        values[target] = values[target] - 1;
        for (let i = start; i < start + vocabSize; i++) {
          values[i] = values[i] * weight;
        }
      }
    }
    return { lossSum, gradient: withGradient ? probs : null };
  }

  override addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix {
    addRows(this.view(dense), ids, this.view(rows), dense.shape[1]);
    return dense;
  }

  override sumOfSquares(tensors: readonly Tensor[]): number {
    let total = 0;
    for (const tensor of tensors) {
      const values = this.view(tensor);
      for (let i = 0; i < values.length; i++) {
        total += values[i] * values[i];
      }
    }
    return total;
  }

  override adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot {
    const next = this.allocate(slot.value.shape);
    const values = this.view(slot.value);
    const nextValues = this.view(next);
    const gradients = this.view(gradient);
    const firstMoments = this.view(slot.firstMoment);
    const secondMoments = this.view(slot.secondMoment);
    const stepSize = adamStepSize(update);
    const epsilon = adamEpsilon(update);
    const scale = update.gradientScale;
    for (let i = 0; i < values.length; i++) {
      const g = gradients[i] * scale;
      const m = ADAM_BETA1 * firstMoments[i] + (1 - ADAM_BETA1) * g;
      const v = ADAM_BETA2 * secondMoments[i] + (1 - ADAM_BETA2) * g * g;
      firstMoments[i] = m;
      secondMoments[i] = v;
      nextValues[i] = values[i] - (stepSize * m) / (Math.sqrt(v) + epsilon);
    }
    slot.value.dispose();
    return { ...slot, value: this.tf.keep(next) };
  }

  private get backend(): WasmHeap {
    return this.tf.backend() as unknown as WasmHeap;
  }

  private view(tensor: Tensor): Float32Array {
    return this.backend.typedArrayFromHeap(tensor) as Float32Array;
  }

  /** A tensor whose values are whatever the heap held. */
  private allocate(shape: number[]): Tensor {
    return this.tf.engine().makeTensorFromTensorInfo(this.backend.makeOutput(shape, 'float32'));
  }
}
