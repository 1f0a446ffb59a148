import { adamEpsilon, adamStepSize } from '../network/stockOps';
import { ADAM_BETA1, ADAM_BETA2, type AdamUpdate } from '../network/tensorOps';
import type { KernelFunctions } from './trainingKernel';

/** Byte offsets of arrays of one length in the kernel's memory. */
interface AdamArrays {
  readonly values: number;
  readonly firstMoments: number;
  readonly secondMoments: number;
  readonly gradients: number;
  /** Takes the values after the step; may be `values` itself. */
  readonly newValues: number;
}

/** One step of Adam, as `TensorOps.adam` makes it; the moments change in place. */
export function adamOn(
  functions: KernelFunctions,
  { values, firstMoments, secondMoments, gradients, newValues }: AdamArrays,
  length: number,
  update: AdamUpdate,
): void {
  functions.adam(
    values,
    firstMoments,
    secondMoments,
    gradients,
    newValues,
    length,
    update.gradientScale,
    ADAM_BETA1,
    ADAM_BETA2,
    adamStepSize(update),
    adamEpsilon(update),
  );
}
