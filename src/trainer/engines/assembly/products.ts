/**
 * The product of two matrices, by tiles of 4 rows and 8 columns whose sums stay in registers (Goto and van de Geijn 2008, "Anatomy
 * of high-performance matrix multiplication"). Both sides are first packed in the order in which a tile reads them: the right one in
 * panels of 8 columns, the left one, a block of rows at a time, in panels of 4 rows. Sizes that do not divide are filled up with zeros.
 */
const TILE_ROWS: i32 = 4;
const TILE_COLUMNS: i32 = 8;
const FLOAT_BYTES: usize = 4;
const ROW_BYTES: usize = 32;

/** Of the left side; with as many columns as a network has units, what is packed of them stays in the processor's second cache. */
const BLOCK_ROWS: i32 = 64;

/** Packs `columns` columns of a matrix of `inner` rows of `width` numbers to [⌈columns / 8⌉, inner, 8]. */
export function packRight(right: usize, inner: i32, columns: i32, width: i32, packed: usize): void {
  const stride = (<usize>width) * FLOAT_BYTES;
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const present = min(TILE_COLUMNS, columns - column);
    let from = right + (<usize>column) * FLOAT_BYTES;
    for (let k = 0; k < inner; k++, from += stride, packed += ROW_BYTES) {
      if (present == TILE_COLUMNS) {
        v128.store(packed, v128.load(from));
        v128.store(packed, v128.load(from, 16), 16);
      } else {
        memory.fill(packed, 0, ROW_BYTES);
        memory.copy(packed, from, (<usize>present) * FLOAT_BYTES);
      }
    }
  }
}

/**
 * left [rows, inner] times what {@link packRight} made of the right side.
 * @param out takes `columns` columns of rows of `width` numbers
 * @param scratch 64 · inner floats, then a tile's 32
 */
export function multiply(
  left: usize,
  packedRight: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  out: usize,
  width: i32,
  scratch: usize,
): void {
  const stride = (<usize>width) * FLOAT_BYTES;
  const tile = scratch + (<usize>(BLOCK_ROWS * inner)) * FLOAT_BYTES;
  for (let row = 0; row < rows; row += BLOCK_ROWS) {
    const count = min(BLOCK_ROWS, rows - row);
    packLeft(left + (<usize>row) * (<usize>inner) * FLOAT_BYTES, count, inner, scratch);
    multiplyBlock(scratch, packedRight, count, inner, columns, out + (<usize>row) * stride, stride, tile);
  }
}

/** Packs `left` [rows, inner] to [⌈rows / 4⌉, inner, 4]. */
function packLeft(left: usize, rows: i32, inner: i32, packed: usize): void {
  const stride = (<usize>inner) * FLOAT_BYTES;
  const panelBytes = stride * TILE_ROWS;
  for (let row = 0; row < rows; row++) {
    const panel = packed + (<usize>(row / TILE_ROWS)) * panelBytes;
    let to = panel + (<usize>(row % TILE_ROWS)) * FLOAT_BYTES;
    let from = left + (<usize>row) * stride;
    for (const end = from + stride; from < end; from += FLOAT_BYTES, to += 4 * FLOAT_BYTES) {
      store<f32>(to, load<f32>(from));
    }
  }
  for (let row = rows; row % TILE_ROWS != 0; row++) {
    let to = packed + (<usize>(row / TILE_ROWS)) * panelBytes + (<usize>(row % TILE_ROWS)) * FLOAT_BYTES;
    for (let k = 0; k < inner; k++, to += 4 * FLOAT_BYTES) {
      store<f32>(to, 0);
    }
  }
}

function multiplyBlock(
  packedLeft: usize,
  packedRight: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  out: usize,
  stride: usize,
  tile: usize,
): void {
  const leftPanel = (<usize>inner) * 4 * FLOAT_BYTES;
  const rightPanel = (<usize>inner) * ROW_BYTES;
  for (let column = 0; column < columns; column += TILE_COLUMNS, packedRight += rightPanel) {
    const present = min(TILE_COLUMNS, columns - column);
    let left = packedLeft;
    for (let row = 0; row < rows; row += TILE_ROWS, left += leftPanel) {
      const height = min(TILE_ROWS, rows - row);
      const target = out + (<usize>row) * stride + (<usize>column) * FLOAT_BYTES;
      if (height == TILE_ROWS && present == TILE_COLUMNS) {
        multiplyTile(left, packedRight, rightPanel, target, stride);
      } else {
        multiplyTile(left, packedRight, rightPanel, tile, ROW_BYTES);
        for (let r = 0; r < height; r++) {
          const from = tile + (<usize>r) * ROW_BYTES;
          memory.copy(target + (<usize>r) * stride, from, (<usize>present) * FLOAT_BYTES);
        }
      }
    }
  }
}

function multiplyTile(left: usize, right: usize, rightBytes: usize, out: usize, stride: usize): void {
  const zero = f32x4.splat(0);
  let a0 = zero;
  let a1 = zero;
  let b0 = zero;
  let b1 = zero;
  let c0 = zero;
  let c1 = zero;
  let d0 = zero;
  let d1 = zero;
  for (const end = right + rightBytes; right < end; right += ROW_BYTES, left += 16) {
    const low = v128.load(right);
    const high = v128.load(right, 16);
    let x = v128.load_splat<f32>(left);
    a0 = multiplyAdd(x, low, a0);
    a1 = multiplyAdd(x, high, a1);
    x = v128.load_splat<f32>(left, 4);
    b0 = multiplyAdd(x, low, b0);
    b1 = multiplyAdd(x, high, b1);
    x = v128.load_splat<f32>(left, 8);
    c0 = multiplyAdd(x, low, c0);
    c1 = multiplyAdd(x, high, c1);
    x = v128.load_splat<f32>(left, 12);
    d0 = multiplyAdd(x, low, d0);
    d1 = multiplyAdd(x, high, d1);
  }
  storeRow(out, a0, a1);
  storeRow(out + stride, b0, b1);
  storeRow(out + 2 * stride, c0, c1);
  storeRow(out + 3 * stride, d0, d1);
}

/** In one instruction where the engine has relaxed SIMD: then the product is not rounded before it is added, on most processors. */
// @ts-ignore: decorator
@inline
function multiplyAdd(x: v128, y: v128, sum: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(x, y, sum) : f32x4.add(f32x4.mul(x, y), sum);
}

// @ts-ignore: decorator
@inline
function storeRow(out: usize, low: v128, high: v128): void {
  v128.store(out, low);
  v128.store(out, high, 16);
}
