/** The recurrent state that each batch row carries from one window to the next. */
import type { NetworkConfig } from '../../model/networkConfig';
import type { Matrix, RecurrentState, TensorFlow } from './tensorOps';

export class CarriedState {
  private layers: RecurrentState[] = [];

  constructor(
    private readonly tf: TensorFlow,
    private readonly config: NetworkConfig,
  ) {}

  /**
   * The state that a window starts from, one a layer, zeroed in the rows that start a new document. A batch of another
   * size than the last one starts from zero. Call inside a tidy scope.
   * @param resets [batchSize]
   */
  begin(batchSize: number, resets: Uint8Array): RecurrentState[] {
    const { tf, config } = this;
    if (resets.length !== batchSize) {
      throw new Error(`A batch of ${batchSize} rows needs ${batchSize} resets; got ${resets.length}.`);
    }
    if (this.layers[0]?.hidden.shape[0] !== batchSize || resets.every((reset) => reset === 1)) {
      const zeros = (): Matrix => tf.zeros([batchSize, config.hiddenSize]);
      return Array.from({ length: config.numLayers }, () => ({
        hidden: zeros(),
        cell: config.architecture === 'lstm' ? zeros() : null,
      }));
    }
    if (!resets.includes(1)) {
      // Clones share the data and belong to the caller's scope, so that `carry` may end the carried ones at once.
      return this.layers.map(({ hidden, cell }) => ({
        hidden: tf.clone(hidden),
        cell: cell === null ? null : tf.clone(cell),
      }));
    }
    const keep = tf.tensor2d(
      Float32Array.from(resets, (reset) => 1 - reset),
      [batchSize, 1],
    );
    return this.layers.map(({ hidden, cell }) => ({
      hidden: tf.mul<Matrix>(hidden, keep),
      cell: cell === null ? null : tf.mul<Matrix>(cell, keep),
    }));
  }

  /** Keeps the state after a window, for the next one. */
  carry(layers: readonly RecurrentState[]): void {
    const { tf } = this;
    this.reset();
    this.layers = layers.map(({ hidden, cell }) => ({
      hidden: tf.keep(tf.clone(hidden)),
      cell: cell === null ? null : tf.keep(tf.clone(cell)),
    }));
  }

  /** Forgets the state: the next window starts from zero. */
  reset(): void {
    for (const { hidden, cell } of this.layers) {
      hidden.dispose();
      cell?.dispose();
    }
    this.layers = [];
  }
}
