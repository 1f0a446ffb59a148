/**
 * Rounds `length` floats (a multiple of 8) to 16-bit integers of magnitude at most `limit`, so that element i
 * stands for values[i] times the scale that is returned. A vector of (nearly) zeros gets scale 0.
 */
export function quantize(vector: usize, length: i32, limit: f32, values: usize): f32 {
  const end = vector + ((<usize>length) << 2);
  let largest4 = f32x4.splat(0.0);
  for (let at = vector; at < end; at += 16) {
    largest4 = f32x4.pmax(largest4, f32x4.abs(v128.load(at)));
  }
  const largest = max(
    max(f32x4.extract_lane(largest4, 0), f32x4.extract_lane(largest4, 1)),
    max(f32x4.extract_lane(largest4, 2), f32x4.extract_lane(largest4, 3)),
  );
  // Below this the factor would overflow.
  if (largest < 1e-30) {
    memory.fill(values, 0, (<usize>length) << 1);
    return 0;
  }
  const factor = f32x4.splat(limit / largest);
  for (let at = vector; at < end; at += 32, values += 16) {
    const low = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at), factor)));
    const high = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(at, 16), factor)));
    v128.store(values, i16x8.narrow_i32x4_s(low, high));
  }
  return largest / limit;
}

/**
 * Widens one row of a packed matrix (see multiplyAdd.ts) to 16-bit integers: an embedding is exact as an
 * activation, with its row's scale.
 */
export function unpackRow(weights: usize, pairs: i32, row: i32, values: usize): void {
  let from = weights + ((<usize>(row >> 3) * <usize>pairs) << 4) + ((<usize>(row & 7)) << 1);
  const end = values + ((<usize>pairs) << 2);
  for (; values < end; values += 4, from += 16) {
    store<i16>(values, load<i8>(from));
    store<i16>(values, load<i8>(from, 1), 2);
  }
}
