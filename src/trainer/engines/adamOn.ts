import { adamEpsilon, adamStepSize } from '../network/stockOps';
import { ADAM_BETA1, ADAM_BETA2, type AdamUpdate } from '../network/tensorOps';

/** All of one length. */
interface AdamArrays {
  readonly values: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  readonly gradients: Float32Array;
  /** Takes the values after the step; may be `values` itself. */
  readonly newValues: Float32Array;
}

/** One step of Adam, as `TensorOps.adam` makes it, on the elements from `from` to `to`; the moments change in place. */
export function adamOn(arrays: AdamArrays, update: AdamUpdate, from: number, to: number): void {
  const { values, firstMoments, secondMoments, gradients, newValues } = arrays;
  const stepSize = adamStepSize(update);
  const epsilon = adamEpsilon(update);
  // Bound once: reading an imported constant costs as much as the sum that it stands in.
  const { gradientScale } = update;
  const [beta1, beta2] = [ADAM_BETA1, ADAM_BETA2];
  for (let i = from; i < to; i++) {
    const gradient = gradients[i] * gradientScale;
    const first = beta1 * firstMoments[i] + (1 - beta1) * gradient;
    const second = beta2 * secondMoments[i] + (1 - beta2) * gradient * gradient;
    firstMoments[i] = first;
    secondMoments[i] = second;
    newValues[i] = values[i] - (stepSize * first) / (Math.sqrt(second) + epsilon);
  }
}
