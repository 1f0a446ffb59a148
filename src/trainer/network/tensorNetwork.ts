/** {@link TrainableNetwork} on any {@link TensorOps}: truncated back-propagation, clipping and Adam. */
import { randomBits } from '../../model/generation/seededRandom';
import type { NetworkConfig, NetworkWeights } from '../../model/networkConfig';
import {
  DivergenceError,
  type OptimizerState,
  type TrainableNetwork,
  type TrainBatch,
  type TrainStepOptions,
  type TrainStepResult,
} from '../engine';
import { backwardPass } from './backwardPass';
import { dropoutMask } from './dropoutMask';
import type { Body } from './body';
import { bodyOf, forwardPass, type ForwardTape } from './forwardPass';
import {
  downloadOptimizer,
  downloadTensors,
  freshSlots,
  ParameterTensors,
  uploadTensors,
} from './parameters';
import { CarriedState } from './sequenceState';
import type { AdamSlot, Matrix, Tensor, TensorOps } from './tensorOps';

/** Left to the caller to dispose. */
export interface Gradients {
  /** A scalar, nats; of a share of a batch, what it adds to the whole batch's. */
  readonly meanLoss: Tensor;
  /** In the device's layout. */
  readonly byName: ReadonlyMap<string, Tensor>;
}

/** Which rows of a whole batch a smaller one holds, so that all shares together are as the whole. */
export interface BatchShare {
  readonly firstRow: number;
  readonly batchSize: number;
  /** Counted targets. */
  readonly count: number;
}

export class TensorNetwork implements TrainableNetwork {
  private readonly slots: Map<string, AdamSlot>;
  private step = 0;
  private readonly body: Body;
  private readonly states: { readonly train: CarriedState; readonly evaluate: CarriedState };

  /**
   * @param weights in the stored layout; copied
   * @param seed of the dropout masks
   * @throws Error when the weights do not fit the configuration
   */
  constructor(
    private readonly ops: TensorOps,
    readonly config: NetworkConfig,
    weights: NetworkWeights,
    private readonly seed: number,
  ) {
    this.slots = freshSlots(ops.tf, uploadTensors(ops.tf, config, weights));
    this.body = bodyOf(config);
    this.states = { train: new CarriedState(ops, config), evaluate: new CarriedState(ops, config) };
  }

  async trainStep(batch: TrainBatch, options: TrainStepOptions): Promise<TrainStepResult> {
    const { tf } = this.ops;
    const { meanLoss, byName } = this.gradients(batch, options.dropout);
    const squares = tf.tidy(() => this.ops.sumOfSquares([...byName.values()]));
    const [loss, squaredNorm] = (await this.readAndDispose([meanLoss, squares])) as [number, number];
    let gradientScale: number;
    const gradientNorm = Math.sqrt(squaredNorm);
    try {
      gradientScale = clippingScale(loss, gradientNorm, options.gradientClipNorm, this.step + 1);
    } catch (error) {
      tf.dispose([...byName.values()]);
      throw error;
    }
    this.step++;
    const update = { learningRate: options.learningRate, gradientScale, step: this.step };
    for (const [name, gradient] of byName) {
      this.slots.set(name, this.ops.adam(this.slots.get(name)!, gradient, update));
      gradient.dispose();
    }
    return { loss, gradientNorm };
  }

  async evaluateStep(batch: TrainBatch): Promise<{ lossSum: number; count: number }> {
    const { tf } = this.ops;
    const weights = timeMajor(batch.mask, batch);
    const sum = tf.tidy(() => {
      const tape = this.forward(batch, this.states.evaluate, 0);
      return this.ops.softmaxLoss(tape.logits, timeMajor(batch.targets, batch), weights, false).lossSum;
    });
    const [lossSum] = (await this.readAndDispose([sum])) as [number];
    return { lossSum, count: countOf(weights) };
  }

  resetState(which: 'train' | 'evaluate'): void {
    this.states[which].reset();
  }

  exportWeights(): Promise<NetworkWeights> {
    const values = new Map([...this.slots].map(([name, slot]) => [name, slot.value]));
    return downloadTensors(this.config, values);
  }

  importWeights(weights: NetworkWeights): void {
    this.replaceValues(uploadTensors(this.ops.tf, this.config, weights), this.step);
  }

  /**
   * Takes weights that were updated elsewhere.
   * @param values in the device's layout; they are the network's from now on
   * @param step optimizer steps that they have had
   */
  replaceValues(values: ReadonlyMap<string, Tensor>, step: number): void {
    this.step = step;
    for (const [name, value] of values) {
      const slot = this.slots.get(name)!;
      slot.value.dispose();
      this.slots.set(name, { ...slot, value });
    }
  }

  /** For a network whose weights are updated elsewhere: from now on it gives gradients and evaluations alone. */
  dropMoments(): void {
    for (const { firstMoment, secondMoment } of this.slots.values()) {
      this.ops.tf.dispose([firstMoment, secondMoment]);
    }
  }

  exportOptimizer(): Promise<OptimizerState> {
    return downloadOptimizer(this.config, this.slots, this.step);
  }

  importOptimizer(state: OptimizerState): void {
    const { tf } = this.ops;
    const firstMoments = uploadTensors(tf, this.config, state.firstMoments);
    const secondMoments = uploadTensors(tf, this.config, state.secondMoments);
    for (const [name, slot] of this.slots) {
      tf.dispose([slot.firstMoment, slot.secondMoment]);
      this.slots.set(name, {
        value: slot.value,
        firstMoment: firstMoments.get(name)!,
        secondMoment: secondMoments.get(name)!,
      });
    }
    this.step = state.step;
  }

  dispose(): void {
    for (const slot of this.slots.values()) {
      this.ops.tf.dispose([slot.value, slot.firstMoment, slot.secondMoment]);
    }
    this.slots.clear();
    this.states.train.reset();
    this.states.evaluate.reset();
  }

  /** Gradients of the mean loss over one window, by name and in the stored layout; carries the training state on. */
  async exportGradients(batch: TrainBatch, dropout: number): Promise<NetworkWeights> {
    const { meanLoss, byName } = this.gradients(batch, dropout);
    const stored = await downloadTensors(this.config, byName);
    this.ops.tf.dispose([meanLoss, ...byName.values()]);
    return stored;
  }

  /** Gradients of the mean loss over one window; carries the training state on. */
  gradients(batch: TrainBatch, dropout: number, share?: BatchShare): Gradients {
    const { tf } = this.ops;
    const weights = timeMajor(batch.mask, batch);
    const count = share?.count ?? countOf(weights);
    const inputs = timeMajor(batch.inputs, batch);
    const targets = timeMajor(batch.targets, batch);
    // Weighting each row by mask / count makes the gradient that of the mean loss without another pass over it.
    const scaled = weights.map((weight) => weight / Math.max(count, 1));
    const byName = new Map<string, Tensor>();
    const meanLoss = tf.tidy(() => {
      const tape = this.forward(batch, this.states.train, dropout, share);
      const { lossSum, gradient } = this.ops.softmaxLoss(tape.logits, targets, scaled, true);
      const found = backwardPass(this.ops, new ParameterTensors(this.slots), inputs, tape, gradient!);
      for (const [name, tensor] of found) {
        byName.set(name, tf.keep(tensor));
      }
      return lossSum;
    });
    return { meanLoss, byName };
  }

  private async readAndDispose(scalars: readonly Tensor[]): Promise<number[]> {
    try {
      return await this.ops.read(scalars);
    } finally {
      this.ops.tf.dispose([...scalars]);
    }
  }

  /** The forward pass from `state`, which it carries on. Call inside a tidy scope. */
  private forward(
    batch: TrainBatch,
    state: CarriedState,
    dropout: number,
    share: BatchShare = { firstRow: 0, batchSize: batch.batchSize, count: 0 },
  ): ForwardTape {
    const { tf } = this.ops;
    // The step number is part of the seed, so that a resumed run draws the masks an uninterrupted one would have.
    const bits = randomBits(Math.imul(this.seed + 1, 0x9e3779b1) ^ Math.imul(this.step + 1, 0x85ebca6b));
    const mask =
      dropout > 0
        ? ([rows, width]: [number, number]): Matrix => {
            const { unrollSteps, batchSize } = batch;
            // Drawn for the whole batch, so that its division among networks does not matter.
            const whole = dropoutMask(bits, unrollSteps * share.batchSize * width, dropout);
            const own = rowsOfSteps(whole, share, batchSize, unrollSteps, width);
            return tf.tensor2d(own, [rows, width]);
          }
        : null;
    const tape = forwardPass(this.ops, this.body, new ParameterTensors(this.slots), {
      inputs: timeMajor(batch.inputs, batch),
      unrollSteps: batch.unrollSteps,
      initial: state.begin(batch.batchSize, batch.resets),
      mask,
    });
    state.carry(tape.body.final);
    return tape;
  }
}

/**
 * What gradients are multiplied with before the update.
 * @throws DivergenceError when loss or norm are not finite
 */
export function clippingScale(
  loss: number,
  gradientNorm: number,
  gradientClipNorm: number,
  step: number,
): number {
  if (!Number.isFinite(gradientNorm) || !Number.isFinite(loss)) {
    throw new DivergenceError(
      `Training diverged at step ${step}: the loss or its gradient is no longer a finite number. ` +
        'Use a lower learning rate.',
    );
  }
  return gradientNorm > gradientClipNorm ? gradientClipNorm / gradientNorm : 1;
}

/** From time-major rows of a whole batch those of a share's `batchSize` rows. */
function rowsOfSteps(
  whole: Float32Array,
  share: BatchShare,
  batchSize: number,
  unrollSteps: number,
  width: number,
): Float32Array {
  if (share.batchSize === batchSize) {
    return whole;
  }
  const own = new Float32Array(unrollSteps * batchSize * width);
  for (let t = 0; t < unrollSteps; t++) {
    const start = (t * share.batchSize + share.firstRow) * width;
    own.set(whole.subarray(start, start + batchSize * width), t * batchSize * width);
  }
  return own;
}

/** [batchSize, unrollSteps] to [unrollSteps, batchSize]. */
function timeMajor<A extends Int32Array | Float32Array>(values: A, batch: TrainBatch): A {
  const { batchSize, unrollSteps } = batch;
  if (values.length !== batchSize * unrollSteps) {
    throw new Error(
      `A batch of ${batchSize} rows and ${unrollSteps} steps needs ${batchSize * unrollSteps} values; got ${values.length}.`,
    );
  }
  const turned = values.slice() as A;
  for (let row = 0; row < batchSize; row++) {
    for (let t = 0; t < unrollSteps; t++) {
      turned[t * batchSize + row] = values[row * unrollSteps + t]!;
    }
  }
  return turned;
}

function countOf(mask: Float32Array): number {
  return mask.reduce((sum, weight) => sum + weight, 0);
}
