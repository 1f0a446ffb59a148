import { DivergenceError } from '../engine';

/**
 * What gradients are multiplied with before the update.
 * @throws DivergenceError when loss or norm are not finite
 */
export function clippingScale(loss: number, gradientNorm: number, gradientClipNorm: number): number {
  if (!Number.isFinite(gradientNorm) || !Number.isFinite(loss)) {
    throw new DivergenceError('The loss or its gradient is not a finite number.');
  }
  return gradientNorm > gradientClipNorm ? gradientClipNorm / gradientNorm : 1;
}
