/** The state that each batch row carries from one window to the next. */
import type { Rank } from '@tensorflow/tfjs-core';
import type { NetworkConfig } from '../../model/networkConfig';
import { partSizes } from './batchParts';
import type { Matrix, RecurrentState, TensorOps } from './tensorOps';

export interface SequenceState {
  /** One a recurrent layer. */
  readonly cells: readonly RecurrentState[];
  readonly memory: AttentionMemory;
}

/** What attention looks back on from before the window; no gradient flows into it (Dai et al. 2019, arXiv 1901.02860). */
export interface AttentionMemory {
  /** By layer, and in it keys before values where they differ: time-major [length · B, width]. */
  readonly layers: readonly (readonly Matrix[])[];
  /** Positions remembered, at most ATTENTION_WINDOW. */
  readonly length: number;
  /** [B]; how many of them, the last ones, belong to the row's own document. */
  readonly reach: Int32Array;
  /** Of the window's first step, in all rows: attention sees distances only. */
  readonly position: number;
}

export class CarriedState {
  private state: (SequenceState & { readonly batchSize: number }) | null = null;

  constructor(
    private readonly ops: TensorOps,
    private readonly config: NetworkConfig,
  ) {}

  /**
   * The state that a window starts from, forgotten in the rows that start a new document. A batch of another size than the
   * last one starts afresh. Call inside a tidy scope.
   * @param resets [batchSize]
   */
  begin(batchSize: number, resets: Uint8Array): SequenceState {
    if (this.state?.batchSize !== batchSize || resets.every((reset) => reset === 1)) {
      return {
        cells: this.zeroCells(batchSize),
        memory: { layers: [], length: 0, reach: new Int32Array(batchSize), position: 0 },
      };
    }
    const { cells, memory } = this.state;
    return {
      cells: this.keptCells(cells, resets),
      memory: {
        ...memory,
        // They belong to the caller's scope, so that `carry` may end the carried ones at once.
        layers: memory.layers.map((tensors) => tensors.map((tensor) => this.shared(tensor))),
        reach: memory.reach.map((reach, row) => (resets[row] === 1 ? 0 : reach)),
      },
    };
  }

  /** Keeps the state after a window, for the next one. */
  carry({ cells, memory }: SequenceState): void {
    const { tf } = this.ops;
    const kept = (tensor: Matrix): Matrix => tf.keep(tf.clone(tensor));
    this.reset();
    this.state = {
      batchSize: memory.reach.length,
      cells: cells.map(({ hidden, cell }) => ({
        hidden: kept(hidden),
        cell: cell === null ? null : kept(cell),
      })),
      memory: {
        ...memory,
        layers: memory.layers.map((tensors) => tensors.map((tensor) => tf.keep(this.shared(tensor)))),
      },
    };
  }

  /** Another tensor of the same data, where TensorFlow's clone is a copy on WebAssembly. */
  private shared(tensor: Matrix): Matrix {
    return this.ops.tf.reshape(tensor, tensor.shape);
  }

  /** Splits the state by rows into parts of {@link partSizes}, each to be carried on by itself; this one is forgotten. */
  inParts(mostRows: number): CarriedState[] {
    if (this.state === null || this.state.batchSize <= mostRows) {
      return [this];
    }
    const { batchSize, cells, memory } = this.state;
    let end = 0;
    const parts = partSizes(batchSize, mostRows).map((count) => {
      const from = end;
      end += count;
      const own = (tensor: Matrix): Matrix => this.rowsOfSteps(tensor, batchSize, from, count);
      const part = new CarriedState(this.ops, this.config);
      this.ops.tf.tidy(() => {
        part.carry({
          cells: cells.map(({ hidden, cell }) => ({
            hidden: own(hidden),
            cell: cell === null ? null : own(cell),
          })),
          memory: {
            ...memory,
            layers: memory.layers.map((tensors) => tensors.map(own)),
            reach: memory.reach.slice(from, end),
          },
        });
      });
      return part;
    });
    this.reset();
    return parts;
  }

  /** Forgets the state: the next window starts afresh. */
  reset(): void {
    for (const { hidden, cell } of this.state?.cells ?? []) {
      hidden.dispose();
      cell?.dispose();
    }
    this.ops.tf.dispose(this.state?.memory.layers.flat() ?? []);
    this.state = null;
  }

  private zeroCells(batchSize: number): RecurrentState[] {
    const { tf } = this.ops;
    const { config } = this;
    if (config.architecture === 'transformer') {
      return [];
    }
    const zeros = (): Matrix => tf.zeros([batchSize, config.hiddenSize]);
    return Array.from({ length: config.numLayers }, () => ({
      hidden: zeros(),
      cell: config.architecture === 'lstm' ? zeros() : null,
    }));
  }

  /** Some of the rows at each step of a time-major tensor, [steps · batchSize, width]. */
  private rowsOfSteps(tensor: Matrix, batchSize: number, from: number, count: number): Matrix {
    const { tf } = this.ops;
    const [length, width] = tensor.shape;
    const steps = length / batchSize;
    const byStep = tf.reshape<Rank.R2>(tensor, [steps, batchSize * width]);
    return tf.reshape(this.ops.columnRange(byStep, from * width, count * width), [steps * count, width]);
  }

  private keptCells(cells: readonly RecurrentState[], resets: Uint8Array): RecurrentState[] {
    const { tf } = this.ops;
    const column = resets.includes(1)
      ? tf.tensor2d(
          Float32Array.from(resets, (reset) => 1 - reset),
          [resets.length, 1],
        )
      : null;
    const keep = (x: Matrix): Matrix => (column === null ? tf.clone(x) : tf.mul<Matrix>(x, column));
    return cells.map(({ hidden, cell }) => ({
      hidden: keep(hidden),
      cell: cell === null ? null : keep(cell),
    }));
  }
}
