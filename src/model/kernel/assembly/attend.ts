import { softmax } from './softmax';

/**
 * One head of attention: out [size] = Σ_j softmax_j(scale · query · key_j) value_j over `count` remembered positions.
 *
 * query      float [size], a multiple of 8
 * positions  int32 [count], byte offset of each remembered position
 * keys, values            byte offsets of its key and value within a position, int16 [size] each
 * keyScales, valueScales  byte offsets of their scales within a position, a float each
 * scores     float [count, rounded up to a multiple of 4], scratch
 */
export function attend(
  query: usize,
  scale: f32,
  positions: usize,
  count: i32,
  keys: usize,
  keyScales: usize,
  values: usize,
  valueScales: usize,
  size: i32,
  scores: usize,
  out: usize,
): void {
  const end = query + ((<usize>size) << 2);
  for (let j = 0; j < count; j++) {
    const at: usize = load<i32>(positions + ((<usize>j) << 2));
    let key = at + keys;
    let low = f32x4.splat(0.0);
    let high = f32x4.splat(0.0);
    for (let q = query; q < end; q += 32, key += 16) {
      const eight = v128.load(key);
      low = f32x4.add(low, f32x4.mul(v128.load(q), lowHalf(eight)));
      high = f32x4.add(high, f32x4.mul(v128.load(q, 16), highHalf(eight)));
    }
    const sums = f32x4.add(low, high);
    const total =
      f32x4.extract_lane(sums, 0) +
      f32x4.extract_lane(sums, 1) +
      f32x4.extract_lane(sums, 2) +
      f32x4.extract_lane(sums, 3);
    store<f32>(scores + ((<usize>j) << 2), total * scale * load<f32>(at + keyScales));
  }
  const padded = (count + 3) & ~3;
  for (let j = count; j < padded; j++) {
    store<f32>(scores + ((<usize>j) << 2), -3e38);
  }
  softmax(scores, padded);
  for (let i: usize = 0; i < (<usize>size) << 1; i += 16, out += 32) {
    let low = f32x4.splat(0.0);
    let high = f32x4.splat(0.0);
    for (let j = 0; j < count; j++) {
      const at: usize = load<i32>(positions + ((<usize>j) << 2));
      const weight = f32x4.splat(load<f32>(scores + ((<usize>j) << 2)) * load<f32>(at + valueScales));
      const eight = v128.load(at + values + i);
      low = f32x4.add(low, f32x4.mul(weight, lowHalf(eight)));
      high = f32x4.add(high, f32x4.mul(weight, highHalf(eight)));
    }
    v128.store(out, low);
    v128.store(out, high, 16);
  }
}

// @ts-ignore: decorator
@inline
function lowHalf(eight: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(eight));
}

// @ts-ignore: decorator
@inline
function highHalf(eight: v128): v128 {
  return f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(eight));
}
