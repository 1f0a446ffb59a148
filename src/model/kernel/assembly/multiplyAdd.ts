/**
 * Packed matrix times several vectors. Rows are packed in panels of 8: for each pair of columns (2k, 2k+1), 16
 * bytes hold rows 0 to 7 in order, each as its two 8-bit weights. So weights are read once, front to back, a dot
 * product's lanes are rows, and no sum runs across lanes. Sums are exact in 32 bits (see `activationLimit`), so
 * the grouping of vectors changes no bit of a result.
 *
 * The vector units limit its speed, not the memory: 8 products cost a multiplication, an addition and, shared by the
 * vectors of a group, a widening. Each loop takes one pair of columns at a time: with two, V8 runs out of registers for
 * more than two vectors, which then were slower together than two by two.
 */
const PANEL_ROWS: usize = 8;
const FLOAT_BYTES: usize = 4;

/**
 * out[v, r] += Σ_c weights[r, c] · vectors[v, c] · vectorScales[v] · rowScales[r], for all rows of `panels` panels.
 *
 * vectors       int16 [count, 2 · pairs]   pairs is a multiple of 4
 * vectorScales  float [count]
 * out           float [count, 8 · panels]
 */
export function multiplyAdd(
  weights: usize,
  rowScales: usize,
  panels: i32,
  pairs: i32,
  vectors: usize,
  vectorScales: usize,
  count: i32,
  out: usize,
): void {
  const panelBytes = (<usize>pairs) << 4;
  const vectorBytes = (<usize>pairs) << 2;
  const outBytes = (<usize>panels) * PANEL_ROWS * FLOAT_BYTES;
  for (let panel = 0; panel < panels; panel++) {
    let left = count;
    let vector = vectors;
    let scale = vectorScales;
    let target = out;
    for (; left >= 4; left -= 4, vector += 4 * vectorBytes, scale += 16, target += 4 * outBytes) {
      fourVectors(weights, panelBytes, rowScales, vector, vectorBytes, scale, target, outBytes);
    }
    if (left == 3) {
      threeVectors(weights, panelBytes, rowScales, vector, vectorBytes, scale, target, outBytes);
    } else if (left == 2) {
      twoVectors(weights, panelBytes, rowScales, vector, vectorBytes, scale, target, outBytes);
    } else if (left == 1) {
      oneVector(weights, panelBytes, rowScales, vector, scale, target);
    }
    weights += panelBytes;
    rowScales += PANEL_ROWS * FLOAT_BYTES;
    out += PANEL_ROWS * FLOAT_BYTES;
  }
}

function oneVector(
  weights: usize,
  panelBytes: usize,
  rowScales: usize,
  vector: usize,
  vectorScale: usize,
  out: usize,
): void {
  let low = i32x4.splat(0);
  let high = i32x4.splat(0);
  for (const end = weights + panelBytes; weights < end; weights += 16, vector += 4) {
    const pair = v128.load_splat<i32>(vector);
    low = i32x4.add(low, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights), pair));
    high = i32x4.add(high, i32x4.dot_i16x8_s(v128.load_ext<i8>(weights, 8), pair));
  }
  addScaled(low, high, rowScales, vectorScale, out);
}

function twoVectors(
  weights: usize,
  panelBytes: usize,
  rowScales: usize,
  vector: usize,
  vectorBytes: usize,
  vectorScales: usize,
  out: usize,
  outBytes: usize,
): void {
  let low0 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  let low1 = i32x4.splat(0);
  let high1 = i32x4.splat(0);
  let vector1 = vector + vectorBytes;
  for (const end = weights + panelBytes; weights < end; weights += 16, vector += 4, vector1 += 4) {
    const low = v128.load_ext<i8>(weights);
    const high = v128.load_ext<i8>(weights, 8);
    let pair = v128.load_splat<i32>(vector);
    low0 = i32x4.add(low0, i32x4.dot_i16x8_s(low, pair));
    high0 = i32x4.add(high0, i32x4.dot_i16x8_s(high, pair));
    pair = v128.load_splat<i32>(vector1);
    low1 = i32x4.add(low1, i32x4.dot_i16x8_s(low, pair));
    high1 = i32x4.add(high1, i32x4.dot_i16x8_s(high, pair));
  }
  addScaled(low0, high0, rowScales, vectorScales, out);
  addScaled(low1, high1, rowScales, vectorScales + 4, out + outBytes);
}

function threeVectors(
  weights: usize,
  panelBytes: usize,
  rowScales: usize,
  vector: usize,
  vectorBytes: usize,
  vectorScales: usize,
  out: usize,
  outBytes: usize,
): void {
  let low0 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  let low1 = i32x4.splat(0);
  let high1 = i32x4.splat(0);
  let low2 = i32x4.splat(0);
  let high2 = i32x4.splat(0);
  let vector1 = vector + vectorBytes;
  let vector2 = vector + 2 * vectorBytes;
  for (const end = weights + panelBytes; weights < end; weights += 16, vector += 4, vector1 += 4, vector2 += 4) {
    const low = v128.load_ext<i8>(weights);
    const high = v128.load_ext<i8>(weights, 8);
    let pair = v128.load_splat<i32>(vector);
    low0 = i32x4.add(low0, i32x4.dot_i16x8_s(low, pair));
    high0 = i32x4.add(high0, i32x4.dot_i16x8_s(high, pair));
    pair = v128.load_splat<i32>(vector1);
    low1 = i32x4.add(low1, i32x4.dot_i16x8_s(low, pair));
    high1 = i32x4.add(high1, i32x4.dot_i16x8_s(high, pair));
    pair = v128.load_splat<i32>(vector2);
    low2 = i32x4.add(low2, i32x4.dot_i16x8_s(low, pair));
    high2 = i32x4.add(high2, i32x4.dot_i16x8_s(high, pair));
  }
  addScaled(low0, high0, rowScales, vectorScales, out);
  addScaled(low1, high1, rowScales, vectorScales + 4, out + outBytes);
  addScaled(low2, high2, rowScales, vectorScales + 8, out + 2 * outBytes);
}

function fourVectors(
  weights: usize,
  panelBytes: usize,
  rowScales: usize,
  vector: usize,
  vectorBytes: usize,
  vectorScales: usize,
  out: usize,
  outBytes: usize,
): void {
  let low0 = i32x4.splat(0);
  let high0 = i32x4.splat(0);
  let low1 = i32x4.splat(0);
  let high1 = i32x4.splat(0);
  let low2 = i32x4.splat(0);
  let high2 = i32x4.splat(0);
  let low3 = i32x4.splat(0);
  let high3 = i32x4.splat(0);
  let vector1 = vector + vectorBytes;
  let vector2 = vector + 2 * vectorBytes;
  let vector3 = vector + 3 * vectorBytes;
  for (const end = weights + panelBytes; weights < end; weights += 16, vector += 4, vector1 += 4, vector2 += 4, vector3 += 4) {
    const low = v128.load_ext<i8>(weights);
    const high = v128.load_ext<i8>(weights, 8);
    let pair = v128.load_splat<i32>(vector);
    low0 = i32x4.add(low0, i32x4.dot_i16x8_s(low, pair));
    high0 = i32x4.add(high0, i32x4.dot_i16x8_s(high, pair));
    pair = v128.load_splat<i32>(vector1);
    low1 = i32x4.add(low1, i32x4.dot_i16x8_s(low, pair));
    high1 = i32x4.add(high1, i32x4.dot_i16x8_s(high, pair));
    pair = v128.load_splat<i32>(vector2);
    low2 = i32x4.add(low2, i32x4.dot_i16x8_s(low, pair));
    high2 = i32x4.add(high2, i32x4.dot_i16x8_s(high, pair));
    pair = v128.load_splat<i32>(vector3);
    low3 = i32x4.add(low3, i32x4.dot_i16x8_s(low, pair));
    high3 = i32x4.add(high3, i32x4.dot_i16x8_s(high, pair));
  }
  addScaled(low0, high0, rowScales, vectorScales, out);
  addScaled(low1, high1, rowScales, vectorScales + 4, out + outBytes);
  addScaled(low2, high2, rowScales, vectorScales + 8, out + 2 * outBytes);
  addScaled(low3, high3, rowScales, vectorScales + 12, out + 3 * outBytes);
}

/** Adds a panel's sums, times the scales of the rows and of the vector. */
// @ts-ignore: decorator
@inline
function addScaled(low: v128, high: v128, rowScales: usize, vectorScale: usize, out: usize): void {
  const scale = v128.load_splat<f32>(vectorScale);
  v128.store(out, f32x4.add(v128.load(out), scaled(low, scale, v128.load(rowScales))));
  v128.store(out, f32x4.add(v128.load(out, 16), scaled(high, scale, v128.load(rowScales, 16))), 16);
}

/** The product as a float, limited to a range in which sums of products cannot become infinite or NaN. */
// @ts-ignore: decorator
@inline
function scaled(sums: v128, vectorScale: v128, rowScales: v128): v128 {
  const product = f32x4.mul(f32x4.mul(f32x4.convert_i32x4_s(sums), vectorScale), rowScales);
  return f32x4.pmax(f32x4.splat(-1e30), f32x4.pmin(f32x4.splat(1e30), product));
}
