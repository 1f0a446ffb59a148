import { exponential } from './exponential';

/**
 * Turns `length` logits (a multiple of 4) into probabilities in place. The largest is subtracted first, so that
 * nothing overflows; the sum is kept in 64 bits, so that the probabilities sum to one within 1e-7 over any
 * vocabulary.
 */
export function softmax(logits: usize, length: i32): void {
  const end = logits + ((<usize>length) << 2);
  let largest4 = v128.load(logits);
  for (let at = logits + 16; at < end; at += 16) {
    largest4 = f32x4.pmax(largest4, v128.load(at));
  }
  const largest = f32x4.splat(
    max(
      max(f32x4.extract_lane(largest4, 0), f32x4.extract_lane(largest4, 1)),
      max(f32x4.extract_lane(largest4, 2), f32x4.extract_lane(largest4, 3)),
    ),
  );
  let low = f64x2.splat(0.0);
  let high = f64x2.splat(0.0);
  for (let at = logits; at < end; at += 16) {
    const weight = exponential(f32x4.sub(v128.load(at), largest));
    v128.store(at, weight);
    low = f64x2.add(low, f64x2.promote_low_f32x4(weight));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(weight, weight, 2, 3, 2, 3)));
  }
  const sums = f64x2.add(low, high);
  const share = f32x4.splat(<f32>(1.0 / (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1))));
  for (let at = logits; at < end; at += 16) {
    v128.store(at, f32x4.mul(v128.load(at), share));
  }
}
