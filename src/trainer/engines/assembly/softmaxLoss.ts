import { exponential } from '../../../model/kernel/assembly/exponential';
import { exponentiate, largestOf } from '../../../model/kernel/assembly/softmax';

/**
 * Turns a row of logits into the gradient of its cross-entropy, weight · (softmax − 1 at the target), in place.
 * @returns the target's probability
 */
export function softmaxLoss(row: usize, length: i32, target: i32, weight: f32): f64 {
  const end = row + ((<usize>length) << 2);
  const whole = row + ((<usize>(length & ~3)) << 2);
  let largest = whole > row ? largestOf(row, whole) : load<f32>(row);
  for (let at = whole; at < end; at += 4) {
    largest = max(largest, load<f32>(at));
  }
  let sum = exponentiate(row, whole, largest);
  for (let at = whole; at < end; at += 4) {
    const share = f32x4.extract_lane(exponential(f32x4.splat(load<f32>(at) - largest)), 0);
    store<f32>(at, share);
    sum += share;
  }
  const atTarget = row + ((<usize>target) << 2);
  const probability = (<f64>load<f32>(atTarget)) / sum;
  const scale = <f32>((<f64>weight) / sum);
  const scale4 = f32x4.splat(scale);
  for (let at = row; at < whole; at += 16) {
    v128.store(at, f32x4.mul(v128.load(at), scale4));
  }
  for (let at = whole; at < end; at += 4) {
    store<f32>(at, load<f32>(at) * scale);
  }
  // Not by subtraction from what was stored, which loses the gradient of a target that is all but certain.
  store<f32>(atTarget, weight * <f32>(probability - 1));
  return probability;
}
