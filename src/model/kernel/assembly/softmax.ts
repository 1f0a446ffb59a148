import { exponential } from './exponential';

/** The largest of the floats from `at` to `end`; their number is a multiple of four and not zero. */
// @ts-ignore: decorator
@inline
export function largestOf(at: usize, end: usize): f32 {
  let largest = v128.load(at);
  for (at += 16; at < end; at += 16) {
    largest = f32x4.pmax(largest, v128.load(at));
  }
  return max(
    max(f32x4.extract_lane(largest, 0), f32x4.extract_lane(largest, 1)),
    max(f32x4.extract_lane(largest, 2), f32x4.extract_lane(largest, 3)),
  );
}

/** Replaces the floats from `at` to `end`, a multiple of four, by e^(x − largest); returns their sum, added up in 64 bits. */
// @ts-ignore: decorator
@inline
export function exponentiate(at: usize, end: usize, largest: f32): f64 {
  const largest4 = f32x4.splat(largest);
  let low = f64x2.splat(0.0);
  let high = f64x2.splat(0.0);
  for (; at < end; at += 16) {
    const weight = exponential(f32x4.sub(v128.load(at), largest4));
    v128.store(at, weight);
    low = f64x2.add(low, f64x2.promote_low_f32x4(weight));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(weight, weight, 2, 3, 2, 3)));
  }
  const sums = f64x2.add(low, high);
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/**
 * Turns `length` logits (a multiple of 4) into probabilities in place. The largest is subtracted first, so that
 * nothing overflows; the sum is kept in 64 bits, so that the probabilities sum to one within 1e-7 over any
 * vocabulary.
 */
export function softmax(logits: usize, length: i32): void {
  const end = logits + ((<usize>length) << 2);
  const sum = exponentiate(logits, end, largestOf(logits, end));
  const share = f32x4.splat(<f32>(1.0 / sum));
  for (let at = logits; at < end; at += 16) {
    v128.store(at, f32x4.mul(v128.load(at), share));
  }
}
