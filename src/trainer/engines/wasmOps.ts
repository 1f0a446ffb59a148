/**
 * {@link TensorOps} on the WebAssembly backend. Where the backend's ops are slow or missing, the work is done on its heap
 * directly, through typed-array views: no copies, one pass for a whole formula.
 *
 * A view is good until the next allocation (the heap may move when it grows), so outputs are allocated first. A tensor that
 * was the right-hand side of a product must never be changed in place: the backend keeps a packed copy of it.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { StockOps, addRows } from '../network/stockOps';
import type { AdamSlot, AdamUpdate, Batch, Matrix, SoftmaxLoss, Tensor, Vector } from '../network/tensorOps';
import { adamOn } from './adamOn';

/** The part of the backend that reaches its heap. */
type WasmHeap = Pick<BackendWasm, 'typedArrayFromHeap' | 'makeOutput'>;

const SOFTMAX_ROWS = 64;

export class WasmOps extends StockOps {
  override softmaxLoss(
    logits: Matrix,
    targets: Int32Array,
    weights: Float32Array,
    withGradient: boolean,
  ): SoftmaxLoss {
    const vocabSize = logits.shape[1];
    this.softmaxInPlace(logits);
    const values = this.view(logits);
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
    return { lossSum: this.tf.scalar(lossSum), gradient: withGradient ? logits : null };
  }

  override rowsAt(table: Matrix, ids: Int32Array): Matrix {
    const width = table.shape[1];
    const rows = this.allocate([ids.length, width]) as Matrix;
    const from = this.view(table);
    const to = this.view(rows);
    for (let n = 0; n < ids.length; n++) {
      to.set(from.subarray(ids[n] * width, (ids[n] + 1) * width), n * width);
    }
    return rows;
  }

  /** As a product, which is twenty times as fast as the backend's reduction. */
  override columnSums(a: Matrix): Vector {
    const { tf } = this;
    return tf.reshape(this.product(tf.ones([1, a.shape[0]]), a), [a.shape[1]]);
  }

  /** The backend's slice first copies the whole tensor. */
  override rowRange(a: Matrix, start: number, count: number): Matrix {
    const width = a.shape[1];
    const rows = this.allocate([count, width]) as Matrix;
    this.view(rows).set(this.view(a).subarray(start * width, (start + count) * width));
    return rows;
  }

  override columnRange(a: Matrix, start: number, count: number): Matrix {
    const [rows, width] = a.shape;
    const columns = this.allocate([rows, count]) as Matrix;
    const from = this.view(a);
    const to = this.view(columns);
    for (let row = 0; row < rows; row++) {
      const at = row * width + start;
      to.set(from.subarray(at, at + count), row * count);
    }
    return columns;
  }

  /** One product after the other: the backend's own over several matrices runs at a tenth of the speed, transposed or not. */
  override batchProduct(a: Batch, b: Batch, { transposeA = false, transposeB = false } = {}): Batch {
    const [groups] = a.shape;
    const rows = a.shape[transposeA ? 2 : 1];
    const columns = b.shape[transposeB ? 1 : 2];
    const products = this.allocate([groups, rows, columns]) as Batch;
    for (let g = 0; g < groups; g++) {
      this.tf.tidy(() => {
        const product = this.product(this.matrixOf(a, g, transposeA), this.matrixOf(b, g, transposeB));
        this.view(products).set(this.view(product), g * rows * columns);
      });
    }
    return products;
  }

  override addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix {
    addRows(this.view(dense), ids, this.view(rows), dense.shape[1]);
    return dense;
  }

  override sumOfSquares(tensors: readonly Tensor[]): Tensor {
    let total = 0;
    for (const tensor of tensors) {
      const values = this.view(tensor);
      for (let i = 0; i < values.length; i++) {
        total += values[i] * values[i];
      }
    }
    return this.tf.scalar(total);
  }

  /** The moments in place; the value, which products have packed, anew. */
  override adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot {
    const value = this.tf.keep(this.allocate(slot.value.shape));
    adamOn(
      {
        values: this.view(slot.value),
        firstMoments: this.view(slot.firstMoment),
        secondMoments: this.view(slot.secondMoment),
        gradients: this.view(gradient),
        newValues: this.view(value),
      },
      update,
      0,
      value.size,
    );
    slot.value.dispose();
    return { ...slot, value };
  }

  /** A few rows at a time, as the backend's softmax makes a new tensor: logits are the largest of all. */
  private softmaxInPlace(logits: Matrix): void {
    const [rows, vocabSize] = logits.shape;
    for (let start = 0; start < rows; start += SOFTMAX_ROWS) {
      const probs = this.tf.tidy(() =>
        this.tf.softmax(this.rowRange(logits, start, Math.min(SOFTMAX_ROWS, rows - start))),
      );
      this.view(logits).set(this.view(probs), start * vocabSize);
      probs.dispose();
    }
  }

  private matrixOf(batch: Batch, group: number, transposed: boolean): Matrix {
    const [, rows, columns] = batch.shape;
    const matrix = this.allocate(transposed ? [columns, rows] : [rows, columns]) as Matrix;
    const from = this.view(batch).subarray(group * rows * columns, (group + 1) * rows * columns);
    const to = this.view(matrix);
    if (!transposed) {
      to.set(from);
      return matrix;
    }
    for (let row = 0, i = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, i++) {
        to[column * rows + row] = from[i]!;
      }
    }
    return matrix;
  }

  private get backend(): WasmHeap {
    return this.tf.backend() as unknown as WasmHeap;
  }

  /** The tensor's values where they are. */
  view(tensor: Tensor): Float32Array {
    return this.backend.typedArrayFromHeap(tensor) as Float32Array;
  }

  /** A tensor whose values are whatever the heap held. */
  private allocate(shape: readonly number[]): Tensor {
    return this.tf.engine().makeTensorFromTensorInfo(this.backend.makeOutput([...shape], 'float32'));
  }
}
