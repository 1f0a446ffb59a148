import { DivergenceError } from '../engine';

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
