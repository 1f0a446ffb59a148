import { exponential } from '../../../model/kernel/assembly/exponential';

/**
 * Turns a row of logits into the gradient of its cross-entropy, weight · (softmax − 1 at the target), in place.
 * @returns the target's probability
 */
export function softmaxLoss(row: usize, length: i32, target: i32, weight: f32): f64 {
  const end = row + ((<usize>length) << 2);
  const whole = row + ((<usize>(length & ~3)) << 2);
  let largest = load<f32>(row);
  let largest4 = f32x4.splat(largest);
  for (let at = row; at < whole; at += 16) {
    largest4 = f32x4.pmax(largest4, v128.load(at));
  }
  largest = max(
    max(f32x4.extract_lane(largest4, 0), f32x4.extract_lane(largest4, 1)),
    max(f32x4.extract_lane(largest4, 2), f32x4.extract_lane(largest4, 3)),
  );
  for (let at = whole; at < end; at += 4) {
    largest = max(largest, load<f32>(at));
  }
  largest4 = f32x4.splat(largest);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let at = row; at < whole; at += 16) {
    const share = exponential(f32x4.sub(v128.load(at), largest4));
    v128.store(at, share);
    low = f64x2.add(low, f64x2.promote_low_f32x4(share));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(share, share, 2, 3, 2, 3)));
  }
  const sums = f64x2.add(low, high);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
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
