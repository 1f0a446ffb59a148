/** The element-wise parts of a Transformer's block; formulas in networkConfig.ts. Sizes are multiples of 8. */

/**
 * out = gain · x / √(mean(x²) + epsilon), float [size] each. Elements from `length` on are padding, zero in x and gain; they
 * do not count for the mean.
 */
export function rmsNorm(x: usize, gain: usize, size: i32, length: i32, epsilon: f32, out: usize): void {
  const bytes = (<usize>size) << 2;
  let squares = f32x4.splat(0.0);
  for (let i: usize = 0; i < bytes; i += 16) {
    const value = v128.load(x + i);
    squares = f32x4.add(squares, f32x4.mul(value, value));
  }
  const total =
    f32x4.extract_lane(squares, 0) +
    f32x4.extract_lane(squares, 1) +
    f32x4.extract_lane(squares, 2) +
    f32x4.extract_lane(squares, 3);
  const scale = f32x4.splat(<f32>1.0 / sqrt<f32>(total / <f32>length + epsilon));
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(out + i, f32x4.mul(f32x4.mul(v128.load(x + i), scale), v128.load(gain + i)));
  }
}

/** x = relu(x)² in place. */
export function squaredRelu(x: usize, size: i32): void {
  const end = x + ((<usize>size) << 2);
  for (; x < end; x += 16) {
    const rectified = f32x4.pmax(v128.load(x), f32x4.splat(0.0));
    v128.store(x, f32x4.mul(rectified, rectified));
  }
}

/** x *= gain in place, float [size] each. */
export function multiplyBy(x: usize, gain: usize, size: i32): void {
  const end = x + ((<usize>size) << 2);
  for (; x < end; x += 16, gain += 16) {
    v128.store(x, f32x4.mul(v128.load(x), v128.load(gain)));
  }
}

/**
 * Rotates the pairs (i, i + headSize / 2) of each head in place.
 * @param table the cosines of a head's pairs, then their sines, float [headSize]
 */
export function rotate(x: usize, table: usize, heads: i32, headSize: i32): void {
  const half = (<usize>headSize) << 1;
  for (let head = 0; head < heads; head++, x += 2 * half) {
    for (let i: usize = 0; i < half; i += 16) {
      const first = v128.load(x + i);
      const second = v128.load(x + half + i);
      const cos = v128.load(table + i);
      const sin = v128.load(table + half + i);
      v128.store(x + i, f32x4.sub(f32x4.mul(first, cos), f32x4.mul(second, sin)));
      v128.store(x + half + i, f32x4.add(f32x4.mul(first, sin), f32x4.mul(second, cos)));
    }
  }
}

/** One row of a packed matrix (see multiplyAdd.ts) as floats: its integers times `scale`, [2 · pairs]. */
export function dequantizeRow(weights: usize, pairs: i32, row: i32, scale: f32, out: usize): void {
  let from = weights + ((<usize>(row >> 3) * <usize>pairs) << 4) + ((<usize>(row & 7)) << 1);
  const end = out + ((<usize>pairs) << 3);
  for (; out < end; out += 8, from += 16) {
    store<f32>(out, <f32>load<i8>(from) * scale);
    store<f32>(out, <f32>load<i8>(from, 1) * scale, 4);
  }
}
