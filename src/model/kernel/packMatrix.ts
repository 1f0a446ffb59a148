import type { QuantizedMatrix } from '../network/quantizedMatrix';
import { activationLimit, padded, PANEL_ROWS, type KernelMemory } from './kernelModule';

/** A matrix in the kernel's memory; offsets in bytes. */
export interface PackedMatrix {
  readonly weights: number;
  /** float [8 · panels] */
  readonly scales: number;
  readonly panels: number;
  /** Padded columns / 2. */
  readonly pairs: number;
  /** The largest magnitude of the activations that it may be multiplied with, see `activationLimit`. */
  readonly limit: number;
}

/**
 * Reserves and fills a packed matrix: panels of 8 rows, in which 16 bytes hold the columns 2k and 2k + 1 of each
 * row in turn. Each of `groups` equal groups of rows (the gates of a cell) starts a panel.
 */
export function packMatrix(memory: KernelMemory, matrix: QuantizedMatrix, groups = 1): PackedMatrix {
  const { rows, columns, values, scales } = matrix;
  const pairs = padded(columns) / 2;
  const groupRows = rows / groups;
  const panels = (padded(groupRows) / PANEL_ROWS) * groups;
  const packedRow = (row: number) => Math.floor(row / groupRows) * padded(groupRows) + (row % groupRows);
  const weights = memory.reserve(panels * PANEL_ROWS * pairs * 2, (buffer, offset) => {
    const packed = new Int8Array(buffer, offset);
    for (let row = 0, from = 0; row < rows; row++) {
      const to = packedRow(row);
      let at = Math.floor(to / PANEL_ROWS) * PANEL_ROWS * pairs * 2 + (to % PANEL_ROWS) * 2;
      for (let column = 0; column < columns; column++, from++) {
        packed[at] = values[from];
        at += column % 2 === 0 ? 1 : 2 * PANEL_ROWS - 1;
      }
    }
  });
  return {
    weights,
    scales: memory.reserveFloats(padGroups(scales, groups)),
    panels,
    pairs,
    limit: activationLimit(2 * pairs),
  };
}

/** Pads each of `groups` equal parts of a vector with `filler` to a multiple of 8. */
export function padGroups(vector: Float32Array, groups: number, filler = 0): Float32Array {
  const size = vector.length / groups;
  const result = new Float32Array(padded(size) * groups).fill(filler);
  for (let group = 0; group < groups; group++) {
    result.set(vector.subarray(group * size, (group + 1) * size), group * padded(size));
  }
  return result;
}
