/** Sums of the elements of matrices. */

/** out [columns] = the sums over the rows of `a` [rows, columns]. */
export function columnSums(a: usize, rows: i32, columns: i32, out: usize): void {
  const stride = (<usize>columns) << 2;
  memory.fill(out, 0, stride);
  for (let row = 0; row < rows; row++, a += stride) {
    add(out, a, columns);
  }
}

/** total [length] += `other` [length]. */
export function add(total: usize, other: usize, length: i32): void {
  const bytes = (<usize>length) << 2;
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(total + i, f32x4.add(v128.load(total + i), v128.load(other + i)));
  }
  for (; i < bytes; i += 4) {
    store<f32>(total + i, load<f32>(total + i) + load<f32>(other + i));
  }
}

/** The sum is kept in 64 bits, since a gradient has millions of elements. */
export function sumOfSquares(a: usize, length: i32): f64 {
  const end = a + ((<usize>length) << 2);
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (; a + 16 <= end; a += 16) {
    const values = v128.load(a);
    const squares = f32x4.mul(values, values);
    low = f64x2.add(low, f64x2.promote_low_f32x4(squares));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(squares, squares, 2, 3, 2, 3)));
  }
  const sums = f64x2.add(low, high);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (; a < end; a += 4) {
    const value = <f64>load<f32>(a);
    sum += value * value;
  }
  return sum;
}
