import type { NetworkConfig, NetworkWeights } from '../../model/networkConfig';
import type { OptimizerState } from '../engine';
import { downloadTensors, uploadTensors } from './parameters';
import type { AdamSlot, AdamUpdate, Matrix, Tensor, TensorOps, Vector } from './tensorOps';

/** A network's learned tensors on the device, by name, with Adam's moments of each. */
export class ParameterTensors {
  private readonly slots = new Map<string, AdamSlot>();

  /**
   * With zeroed moments, as before the first step.
   * @param weights in the stored layout; copied
   */
  constructor(
    private readonly ops: TensorOps,
    private readonly config: NetworkConfig,
    weights: NetworkWeights,
  ) {
    const { tf } = ops;
    for (const [name, value] of uploadTensors(tf, config, weights)) {
      const firstMoment = tf.keep(tf.zerosLike(value));
      this.slots.set(name, { value, firstMoment, secondMoment: tf.keep(tf.zerosLike(value)) });
    }
  }

  matrix(name: string): Matrix {
    return this.slots.get(name)!.value as Matrix;
  }

  vector(name: string): Vector {
    return this.slots.get(name)!.value as Vector;
  }

  /** One step of Adam; disposes the gradients. */
  update(gradients: ReadonlyMap<string, Tensor>, update: AdamUpdate): void {
    for (const [name, gradient] of gradients) {
      this.slots.set(name, this.ops.adam(this.slots.get(name)!, gradient, update));
      gradient.dispose();
    }
  }

  /** @param values in the device's layout; they are the network's from now on */
  replace(values: ReadonlyMap<string, Tensor>): void {
    for (const [name, value] of values) {
      const slot = this.slots.get(name)!;
      slot.value.dispose();
      this.slots.set(name, { ...slot, value });
    }
  }

  import(weights: NetworkWeights): void {
    this.replace(uploadTensors(this.ops.tf, this.config, weights));
  }

  export(): Promise<NetworkWeights> {
    return this.download('value');
  }

  async exportMoments(): Promise<Omit<OptimizerState, 'step'>> {
    return {
      firstMoments: await this.download('firstMoment'),
      secondMoments: await this.download('secondMoment'),
    };
  }

  importMoments(moments: Omit<OptimizerState, 'step'>): void {
    const { tf } = this.ops;
    const firstMoments = uploadTensors(tf, this.config, moments.firstMoments);
    const secondMoments = uploadTensors(tf, this.config, moments.secondMoments);
    this.dropMoments();
    for (const [name, { value }] of this.slots) {
      const firstMoment = firstMoments.get(name)!;
      this.slots.set(name, { value, firstMoment, secondMoment: secondMoments.get(name)! });
    }
  }

  /** For a network whose weights are updated elsewhere. */
  dropMoments(): void {
    for (const { firstMoment, secondMoment } of this.slots.values()) {
      this.ops.tf.dispose([firstMoment, secondMoment]);
    }
  }

  dispose(): void {
    for (const { value, firstMoment, secondMoment } of this.slots.values()) {
      this.ops.tf.dispose([value, firstMoment, secondMoment]);
    }
    this.slots.clear();
  }

  private download(which: keyof AdamSlot): Promise<NetworkWeights> {
    const tensors = new Map([...this.slots].map(([name, slot]) => [name, slot[which]]));
    return downloadTensors(this.config, tensors, this.ops);
  }
}
