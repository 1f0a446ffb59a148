/**
 * {@link TensorOps} on the WebAssembly backend. Where the backend's ops are slow or missing, the work is done on its heap
 * directly, by a kernel or through typed-array views: no copies, one pass for a whole formula.
 *
 * A view is valid until the next allocation (the heap may move when it grows), so outputs are allocated first. A tensor that
 * was the right-hand side of a product must never be changed in place: the kernel keeps a packed copy of it.
 */
import type { CellKind } from '../../model/networkConfig';
import type { RecurrentCell } from '../network/recurrentCell';
import { StockOps, addRows } from '../network/stockOps';
import type {
  AdamSlot,
  AdamUpdate,
  Batch,
  Matrix,
  SoftmaxLoss,
  Tensor,
  TensorFlow,
  Vector,
} from '../network/tensorOps';
import { adamOn } from './adamOn';
import { FLOAT_BYTES, TrainingKernel } from './trainingKernel';
import { WasmHeap } from './wasmHeap';
import { wasmLstm } from './wasmLstm';

export class WasmOps extends StockOps {
  private readonly heap: WasmHeap;
  private readonly kernel: TrainingKernel;
  private readonly lstm: RecurrentCell;

  /** @param kernel see `readTrainingKernel` */
  constructor(tf: TensorFlow, kernel: Uint8Array) {
    super(tf);
    this.heap = new WasmHeap(tf);
    this.kernel = new TrainingKernel(kernel, this.heap);
    this.lstm = wasmLstm(this.kernel.functions, this.heap);
  }

  override product(a: Matrix, b: Matrix): Matrix {
    const [rows, inner] = a.shape;
    const columns = b.shape[1];
    const product = this.heap.matrix(rows, columns);
    const right = { identity: b.dataId, offset: this.heap.offset(b), columns };
    this.kernel.product(this.heap.offset(a), rows, inner, right, this.heap.offset(product));
    return product;
  }

  override transpose(a: Matrix): Matrix {
    const [rows, columns] = a.shape;
    const transposed = this.heap.matrix(columns, rows);
    this.kernel.functions.transpose(this.heap.offset(a), rows, columns, this.heap.offset(transposed));
    return transposed;
  }

  protected override cellOf(architecture: CellKind): RecurrentCell {
    return architecture === 'lstm' ? this.lstm : super.cellOf(architecture);
  }

  override softmaxLoss(
    logits: Matrix,
    targets: Int32Array,
    weights: Float32Array,
    withGradient: boolean,
  ): SoftmaxLoss {
    const vocabSize = logits.shape[1];
    const rowBytes = FLOAT_BYTES * vocabSize;
    const start = this.heap.offset(logits);
    let lossSum = 0;
    for (const [n, target] of targets.entries()) {
      const weight = weights[n];
      const row = start + n * rowBytes;
      const probability = this.kernel.functions.softmaxLoss(row, vocabSize, target, weight);
      // The smallest normal number keeps the loss finite where a probability was rounded to zero.
      lossSum -= weight * Math.log(Math.max(probability, 1.2e-38));
    }
    return { lossSum: this.tf.scalar(lossSum), gradient: withGradient ? logits : null };
  }

  override rowsAt(table: Matrix, ids: Int32Array): Matrix {
    const width = table.shape[1];
    const rows = this.heap.matrix(ids.length, width);
    const from = this.view(table);
    const to = this.view(rows);
    for (let n = 0; n < ids.length; n++) {
      to.set(from.subarray(ids[n] * width, (ids[n] + 1) * width), n * width);
    }
    return rows;
  }

  override columnSums(a: Matrix): Vector {
    const [rows, columns] = a.shape;
    const sums = this.heap.tensor([columns]) as Vector;
    this.kernel.functions.columnSums(this.heap.offset(a), rows, columns, this.heap.offset(sums));
    return sums;
  }

  /** The backend's slice first copies the whole tensor. */
  override rowRange(a: Matrix, start: number, count: number): Matrix {
    const width = a.shape[1];
    const rows = this.heap.matrix(count, width);
    this.view(rows).set(this.view(a).subarray(start * width, (start + count) * width));
    return rows;
  }

  override columnRange(a: Matrix, start: number, count: number): Matrix {
    const [rows, width] = a.shape;
    const columns = this.heap.matrix(rows, count);
    const from = this.view(a);
    const to = this.view(columns);
    for (let row = 0; row < rows; row++) {
      const at = row * width + start;
      to.set(from.subarray(at, at + count), row * count);
    }
    return columns;
  }

  /** One product after the other: the backend's own batched product has a tenth of the speed, transposed or not. */
  override batchProduct(a: Batch, b: Batch, { transposeA = false, transposeB = false } = {}): Batch {
    const [groups] = a.shape;
    const [rows, inner] = transposeA ? [a.shape[2], a.shape[1]] : [a.shape[1], a.shape[2]];
    const columns = b.shape[transposeB ? 1 : 2];
    const products = this.heap.tensor([groups, rows, columns]) as Batch;
    for (let g = 0; g < groups; g++) {
      this.tf.tidy(() => {
        const left = this.matrixOf(a, g, transposeA);
        const right = { identity: {}, offset: this.matrixOf(b, g, transposeB), columns };
        const out = this.heap.offset(products) + FLOAT_BYTES * g * rows * columns;
        this.kernel.product(left, rows, inner, right, out);
      });
    }
    return products;
  }

  override addRowsAt(dense: Matrix, ids: Int32Array, rows: Matrix): Matrix {
    addRows(this.view(dense), ids, this.view(rows), dense.shape[1]);
    return dense;
  }

  override sumOfSquares(tensors: readonly Tensor[]): Tensor {
    const total = tensors.reduce(
      (sum, tensor) => sum + this.kernel.functions.sumOfSquares(this.heap.offset(tensor), tensor.size),
      0,
    );
    return this.tf.scalar(total);
  }

  /** Changes the moments in place, but makes a new value, as the kernel has packed the old one. */
  override adam(slot: AdamSlot, gradient: Tensor, update: AdamUpdate): AdamSlot {
    const value = this.tf.keep(this.heap.tensor(slot.value.shape));
    const arrays = {
      values: this.heap.offset(slot.value),
      firstMoments: this.heap.offset(slot.firstMoment),
      secondMoments: this.heap.offset(slot.secondMoment),
      gradients: this.heap.offset(gradient),
      newValues: this.heap.offset(value),
    };
    adamOn(this.kernel.functions, arrays, value.size, update);
    slot.value.dispose();
    return { ...slot, value };
  }

  /** Offset of one matrix of a batch, or of its transpose, a tensor of the tidy scope around the call. */
  private matrixOf(batch: Batch, group: number, transposed: boolean): number {
    const [, rows, columns] = batch.shape;
    const offset = this.heap.offset(batch) + FLOAT_BYTES * group * rows * columns;
    if (!transposed) {
      return offset;
    }
    const matrix = this.heap.offset(this.heap.matrix(columns, rows));
    this.kernel.functions.transpose(offset, rows, columns, matrix);
    return matrix;
  }

  /** The tensor's values where they are. */
  view(tensor: Tensor): Float32Array {
    return this.heap.view(tensor);
  }
}
