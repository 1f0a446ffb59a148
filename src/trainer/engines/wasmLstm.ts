import { lstmStep, lstmStepGradient } from '../network/lstmCell';
import type { RecurrentCell } from '../network/recurrentCell';
import type { TrainingKernel } from './trainingKernel';
import type { WasmHeap } from './wasmHeap';

/** The kernel computes four units at once, and writes beyond a matrix of fewer. */
const LEAST_UNITS = 4;

/** The cell of `lstmCell.ts` in one pass each way, instead of a dozen ops. */
export function wasmLstm(functions: TrainingKernel['functions'], heap: WasmHeap): RecurrentCell {
  return {
    step(tf, input, recurrent, state) {
      const cell = state.cell!;
      const [rows, size] = cell.shape;
      if (size < LEAST_UNITS) {
        return lstmStep(tf, input, recurrent, state);
      }
      const gates = heap.matrix(rows, 4 * size);
      const newCell = heap.matrix(rows, size);
      const cellTanh = heap.matrix(rows, size);
      const hidden = heap.matrix(rows, size);
      functions.lstmStep(
        ...heap.offsets(input, recurrent, cell),
        rows,
        size,
        ...heap.offsets(gates, newCell, cellTanh, hidden),
      );
      return { state: { hidden, cell: newCell }, saved: [gates, cell, cellTanh] };
    },
    stepGradient(tf, saved, dHidden, dNewCell) {
      if (dHidden.shape[1] < LEAST_UNITS) {
        return lstmStepGradient(tf, saved, dHidden, dNewCell);
      }
      const [gates, cell, cellTanh] = saved;
      const [rows, size] = cell.shape;
      const dGates = heap.matrix(rows, 4 * size);
      const dCell = heap.matrix(rows, size);
      functions.lstmStepGradient(
        ...heap.offsets(gates, cell, cellTanh, dHidden),
        dNewCell === null ? 0 : heap.offset(dNewCell),
        rows,
        size,
        ...heap.offsets(dGates, dCell),
      );
      return { inputGates: dGates, recurrentGates: dGates, hidden: null, cell: dCell };
    },
  };
}
