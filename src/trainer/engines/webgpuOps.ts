/** {@link TensorOps} on WebGPU: nothing is read back but in {@link WebgpuOps.read}, since a device answers only later. */
import { StockOps } from '../network/stockOps';
import type { Matrix, Tensor, TensorFlow } from '../network/tensorOps';

export class WebgpuOps extends StockOps {
  /** @param fault what has gone wrong on the device: it then gives zeros instead of an error */
  constructor(
    tf: TensorFlow,
    private readonly fault: () => string | null,
  ) {
    super(tf);
  }

  override addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix {
    const { tf } = this;
    const summed = tf.unsortedSegmentSum(rows, tf.tensor1d(ids, 'int32'), dense.shape[0]);
    return tf.add<Matrix>(dense, summed);
  }

  /** @throws Error when the device has failed */
  override async read(scalars: readonly Tensor[]): Promise<number[]> {
    // A lost device rejects without a word, and one that is out of memory gives zeros; the reason comes as an event.
    const values = await super.read(scalars).catch(() => null);
    const fault = this.fault();
    if (values === null || fault !== null) {
      throw new Error(fault ?? 'the device gave no answer');
    }
    return values;
  }
}
