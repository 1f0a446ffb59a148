const SIDE: i32 = 4;

/** out [columns, rows] = `a` [rows, columns] transposed, four by four. */
export function transpose(a: usize, rows: i32, columns: i32, out: usize): void {
  const wholeRows = rows - (rows % SIDE);
  const wholeColumns = columns - (columns % SIDE);
  for (let row = 0; row < wholeRows; row += SIDE) {
    for (let column = 0; column < wholeColumns; column += SIDE) {
      transposeSquare(at(a, columns, row, column), (<usize>columns) << 2, at(out, rows, column, row), (<usize>rows) << 2);
    }
    copyTransposed(a, rows, columns, row, row + SIDE, wholeColumns, columns, out);
  }
  copyTransposed(a, rows, columns, wholeRows, rows, 0, columns, out);
}

function transposeSquare(a: usize, stride: usize, out: usize, outStride: usize): void {
  const r0 = v128.load(a);
  const r1 = v128.load(a + stride);
  const r2 = v128.load(a + 2 * stride);
  const r3 = v128.load(a + 3 * stride);
  const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
  v128.store(out + outStride, v128.shuffle<i64>(low01, low23, 1, 3));
  v128.store(out + 2 * outStride, v128.shuffle<i64>(high01, high23, 0, 2));
  v128.store(out + 3 * outStride, v128.shuffle<i64>(high01, high23, 1, 3));
}

/** One by one, what is left of rows `from` to `to` in columns `fromColumn` to `toColumn`. */
function copyTransposed(
  a: usize,
  rows: i32,
  columns: i32,
  from: i32,
  to: i32,
  fromColumn: i32,
  toColumn: i32,
  out: usize,
): void {
  for (let row = from; row < to; row++) {
    for (let column = fromColumn; column < toColumn; column++) {
      store<f32>(at(out, rows, column, row), load<f32>(at(a, columns, row, column)));
    }
  }
}

// @ts-ignore: decorator
@inline
function at(matrix: usize, columns: i32, row: i32, column: i32): usize {
  return matrix + (((<usize>row) * (<usize>columns) + (<usize>column)) << 2);
}
