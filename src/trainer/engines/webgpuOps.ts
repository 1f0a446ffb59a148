/** {@link TensorOps} on WebGPU. Only {@link WebgpuOps.read} and {@link WebgpuOps.download} read anything back, since a device answers asynchronously. */
import type { CellKind } from '../../model/networkConfig';
import type { RecurrentCell } from '../network/recurrentCell';
import { StockOps } from '../network/stockOps';
import type { AdamSlot, AdamUpdate, Matrix, Tensor, TensorFlow } from '../network/tensorOps';
import { WebgpuKernels } from './webgpuKernels';

export class WebgpuOps extends StockOps {
  private readonly kernels: WebgpuKernels;

  /** @param fault what has gone wrong on the device, which then gives zeros instead of an error */
  constructor(
    tf: TensorFlow,
    private readonly fault: () => string | null,
  ) {
    super(tf);
    this.kernels = new WebgpuKernels(tf);
  }

  override addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix {
    const { tf } = this;
    const summed = tf.unsortedSegmentSum(rows, tf.tensor1d(ids, 'int32'), dense.shape[0]);
    return tf.add<Matrix>(dense, summed);
  }

  override adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot {
    const next = this.keptSlot(() => this.kernels.adam(slot, gradient, update));
    this.tf.dispose([slot.value, slot.firstMoment, slot.secondMoment]);
    return next;
  }

  override read(scalars: readonly Tensor[]): Promise<number[]> {
    return this.answered(super.read(scalars));
  }

  override download(tensor: Tensor): Promise<Float32Array> {
    return this.answered(super.download(tensor));
  }

  protected override cellOf(architecture: CellKind): RecurrentCell {
    return architecture === 'lstm' ? this.kernels.lstm : super.cellOf(architecture);
  }

  /** @throws Error when the device has failed */
  private async answered<Values>(answer: Promise<Values>): Promise<Values> {
    // A lost device rejects without a word, and one that is out of memory gives zeros; the reason comes as an event.
    const values = await answer.catch(() => null);
    const fault = this.fault();
    if (values === null || fault !== null) {
      throw new Error(fault ?? 'the device gave no answer');
    }
    return values;
  }
}
