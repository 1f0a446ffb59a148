/** {@link TrainableNetwork} on any {@link TensorOps}: truncated back-propagation, clipping and Adam. */
import { randomBits } from '../../model/generation/seededRandom';
import type { NetworkConfig, NetworkWeights } from '../../model/networkConfig';
import {
  type OptimizerState,
  type TrainableNetwork,
  type TrainBatch,
  type TrainStepOptions,
  type TrainStepResult,
} from '../engine';
import { backwardPass } from './backwardPass';
import { partsOf, rowsOfSteps, timeMajor, wholeOf, type BatchPart, type BatchShare } from './batchParts';
import { clippingScale } from './clippingScale';
import { dropoutMask } from './dropoutMask';
import type { Body } from './body';
import { bodyOf, forwardPass, type ForwardTape } from './forwardPass';
import { ParameterTensors } from './parameterTensors';
import { CarriedState } from './sequenceState';
import type { Matrix, Tensor, TensorOps } from './tensorOps';

/** Left to the caller to dispose. */
interface Gradients {
  /** A scalar, nats; for a share of a batch, its contribution to the mean of the whole. */
  readonly meanLoss: Tensor;
  /** In the device's layout. */
  readonly byName: ReadonlyMap<string, Tensor>;
}

export class TensorNetwork implements TrainableNetwork {
  private readonly parameters: ParameterTensors;
  private step = 0;
  private readonly body: Body;
  /** By part of the batch. */
  private states: Record<'train' | 'evaluate', CarriedState[]> = { train: [], evaluate: [] };
  private rowsAtOnce = Infinity;

  /**
   * @param weights in the stored layout; copied
   * @param seed of the dropout masks
   */
  constructor(
    private readonly ops: TensorOps,
    readonly config: NetworkConfig,
    weights: NetworkWeights,
    private readonly seed: number,
  ) {
    this.parameters = new ParameterTensors(ops, config, weights);
    this.body = bodyOf(config);
  }

  async trainStep(batch: TrainBatch, options: TrainStepOptions): Promise<TrainStepResult> {
    const { tf } = this.ops;
    const { meanLoss, byName } = this.gradients(batch, options.dropout);
    const squares = tf.tidy(() => this.ops.sumOfSquares([...byName.values()]));
    const [loss, squaredNorm] = await this.readAndDispose([meanLoss, squares]);
    let gradientScale: number;
    const gradientNorm = Math.sqrt(squaredNorm);
    try {
      gradientScale = clippingScale(loss, gradientNorm, options.gradientClipNorm);
    } catch (error) {
      tf.dispose([...byName.values()]);
      throw error;
    }
    this.step++;
    const { learningRate } = options;
    this.parameters.update(byName, { learningRate, gradientScale, step: this.step });
    return { loss, gradientNorm };
  }

  async evaluateStep(batch: TrainBatch): Promise<number> {
    const { tf } = this.ops;
    const sums = partsOf(batch, this.rowsAtOnce).map(({ rows, index }) =>
      tf.tidy(() => {
        const tape = this.forward(rows, this.stateOf('evaluate', index), 0);
        const targets = timeMajor(rows.targets, rows);
        return this.ops.softmaxLoss(tape.logits, targets, timeMajor(rows.mask, rows), false).lossSum;
      }),
    );
    const parts = await this.readAndDispose(sums);
    return parts.reduce((sum, part) => sum + part, 0);
  }

  limitRows(rows: number): void {
    const inParts = (states: CarriedState[]): CarriedState[] =>
      states.flatMap((state) => state.inParts(rows));
    this.states = { train: inParts(this.states.train), evaluate: inParts(this.states.evaluate) };
    this.rowsAtOnce = rows;
  }

  resetState(which: 'train' | 'evaluate'): void {
    for (const state of this.states[which]) {
      state.reset();
    }
  }

  exportWeights(): Promise<NetworkWeights> {
    return this.parameters.export();
  }

  importWeights(weights: NetworkWeights): void {
    this.parameters.import(weights);
  }

  /**
   * Takes weights that were updated elsewhere.
   * @param values in the device's layout; they are the network's from now on
   * @param step optimizer steps that they have had
   */
  replaceValues(values: ReadonlyMap<string, Tensor>, step: number): void {
    this.step = step;
    this.parameters.replace(values);
  }

  /** For a network whose weights are updated elsewhere: from now on it gives gradients and evaluations alone. */
  dropMoments(): void {
    this.parameters.dropMoments();
  }

  async exportOptimizer(): Promise<OptimizerState> {
    return { step: this.step, ...(await this.parameters.exportMoments()) };
  }

  importOptimizer({ step, ...moments }: OptimizerState): void {
    this.parameters.importMoments(moments);
    this.step = step;
  }

  dispose(): void {
    this.parameters.dispose();
    this.resetState('train');
    this.resetState('evaluate');
  }

  /** Gradients of the mean loss over one window; carries the training state on. */
  gradients(batch: TrainBatch, dropout: number, share = wholeOf(batch)): Gradients {
    const { tf } = this.ops;
    const [first, ...others] = partsOf(batch, this.rowsAtOnce);
    let sum = this.gradientsOfPart(first, dropout, share);
    for (const part of others) {
      const next = this.gradientsOfPart(part, dropout, share);
      const add = (a: Tensor, b: Tensor): Tensor => {
        const both = tf.tidy(() => tf.add(a, b));
        tf.dispose([a, b]);
        return both;
      };
      sum = {
        meanLoss: add(sum.meanLoss, next.meanLoss),
        byName: new Map([...sum.byName].map(([name, tensor]) => [name, add(tensor, next.byName.get(name)!)])),
      };
    }
    return sum;
  }

  private gradientsOfPart({ rows, from, index }: BatchPart, dropout: number, whole: BatchShare): Gradients {
    const { tf } = this.ops;
    const share = { ...whole, firstRow: whole.firstRow + from };
    const inputs = timeMajor(rows.inputs, rows);
    const targets = timeMajor(rows.targets, rows);
    // Weighting each row by mask / count gives the gradient of the mean loss without another pass.
    const scaled = timeMajor(rows.mask, rows).map((weight) => weight / Math.max(share.count, 1));
    const byName = new Map<string, Tensor>();
    const meanLoss = tf.tidy(() => {
      const tape = this.forward(rows, this.stateOf('train', index), dropout, share);
      const { lossSum, gradient } = this.ops.softmaxLoss(tape.logits, targets, scaled, true);
      const found = backwardPass(this.ops, this.parameters, inputs, tape, gradient!);
      for (const [name, tensor] of found) {
        byName.set(name, tf.keep(tensor));
      }
      return lossSum;
    });
    return { meanLoss, byName };
  }

  private stateOf(which: 'train' | 'evaluate', part: number): CarriedState {
    return (this.states[which][part] ??= new CarriedState(this.ops, this.config));
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
    share = wholeOf(batch),
  ): ForwardTape {
    const { tf } = this.ops;
    // The step number is part of the seed, so that a resumed run draws the masks an uninterrupted one would have.
    const bits = randomBits(Math.imul(this.seed + 1, 0x9e3779b1) ^ Math.imul(this.step + 1, 0x85ebca6b));
    const mask =
      dropout > 0
        ? ([rows, width]: [number, number]): Matrix => {
            const { unrollSteps, batchSize } = batch;
            // Drawn for the whole batch, so that its division among threads does not matter.
            const whole = dropoutMask(bits, unrollSteps * share.batchSize * width, dropout);
            const own = rowsOfSteps(whole, share, batchSize, unrollSteps, width);
            return tf.tensor2d(own, [rows, width]);
          }
        : null;
    const tape = forwardPass(this.ops, this.body, this.parameters, {
      inputs: timeMajor(batch.inputs, batch),
      unrollSteps: batch.unrollSteps,
      initial: state.begin(batch.batchSize, batch.resets),
      mask,
    });
    state.carry(tape.body.final);
    return tape;
  }
}
