import type { LayerSpec } from '../layerSpec';
import { multiply } from '../matrixProduct';
import { Rows, stepOperation, type RunContext, type ValueShape } from '../operation';
import type { TakeWeights } from '../weightStore';
import { readCell, type Cell } from './cells';
import type { LayerBuild, LayerBuilder } from './layerBuild';

/** SimpleRNN, LSTM, GRU. */
export const recurrent: LayerBuilder = (build) => {
  const { layer } = build;
  const { id, shape } = sequence(build);
  const cell = readCell(layer, shape.size, build.take, build.majorVersion);
  const pass = new RecurrentPass(cell, layer, shape);
  const operation = stepOperation(
    pass.shape,
    new Float32Array(cell.stateSize) as Float32Array,
    ([input], rows, context, before) => pass.run(input, rows, context, before),
    pass.isBackwards ? { scope: 'whole', whyWhole: 'reads the text backwards (go_backwards)' } : {},
  );
  return { operation, from: [id] };
};

/** Schuster and Paliwal 1997. Its backward half starts at the end, so it needs the whole window. */
export const bidirectional: LayerBuilder = (build) => {
  const { layer } = build;
  const { id, shape } = sequence(build);
  const mode = layer.text('merge_mode', 'concat');
  const forward = layer.inner('layer');
  // Keras 2 writes a backward layer only if the author gave one.
  const backward =
    layer.config['backward_layer'] === undefined ? forward.turnedRound() : layer.inner('backward_layer');
  const halves = [
    { spec: forward, part: 'forward_layer' },
    { spec: backward, part: 'backward_layer' },
  ].map(({ spec, part }) => {
    const take: TakeWeights = (inner, shapes) => build.take(`${part}/${inner}`, shapes);
    const cell = readCell(spec, shape.size, take, build.majorVersion);
    return { pass: new RecurrentPass(cell, spec, shape), rows: new Rows(cell.units), cell };
  });
  const [first, second] = halves;
  const { units } = first.cell;
  if (second.cell.units !== units || second.pass.shape.perStep !== first.pass.shape.perStep) {
    throw layer.fault('has two halves of different kinds, which is not supported');
  }
  const size = mode === 'concat' ? 2 * units : units;
  const merge = MERGES[mode];
  if (merge === undefined && mode !== 'concat') {
    throw layer.fault(
      `merges its halves by "${mode}"; supported are concat, ${Object.keys(MERGES).join(', ')}`,
    );
  }
  const start = halves.map(({ cell }) => new Float32Array(cell.stateSize));
  const operation = stepOperation(
    { ...first.pass.shape, size },
    start,
    ([input], rows, context, before) => {
      halves.forEach(({ pass, rows: own }, half) => pass.run(input, own, context, before[half]));
      const { count } = first.rows;
      const data = rows.resize(count);
      for (let row = 0; row < count; row++) {
        // The backward half outputs its steps in the order in which it reads them, from the last to the first.
        const mirrored = count - 1 - row;
        for (let i = 0; i < units; i++) {
          const a = first.rows.data[row * units + i];
          const b = second.rows.data[mirrored * units + i];
          if (merge === undefined) {
            data[row * size + i] = a;
            data[row * size + units + i] = b;
          } else {
            data[row * size + i] = merge(a, b);
          }
        }
      }
      return before;
    },
    { scope: 'whole', whyWhole: 'reads the text from its end, too' },
  );
  return { operation, from: [id] };
};

const MERGES: Partial<Record<string, (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  mul: (a, b) => a * b,
  ave: (a, b) => (a + b) / 2,
};

function sequence(build: LayerBuild): { readonly id: number; readonly shape: ValueShape } {
  const value = build.value();
  const initial = build.options.get('initial_state');
  if (!value.shape.perStep || (initial !== undefined && initial.kind !== 'plain')) {
    throw build.layer.fault(
      'starts from a state of another layer or reads no sequence, which is not supported',
    );
  }
  return value;
}

/** Runs a cell over the steps of a sequence. */
class RecurrentPass {
  readonly shape: ValueShape;
  readonly isBackwards: boolean;
  private readonly returnsSequences: boolean;
  /** Whether padding outputs zeros, as Bidirectional needs, rather than the output of the step before. */
  private readonly zeroesPadding: boolean;
  private readonly input: Rows;
  private readonly scratch: Float32Array;

  constructor(
    private readonly cell: Cell,
    layer: LayerSpec,
    private readonly inputShape: ValueShape,
  ) {
    this.returnsSequences = layer.flag('return_sequences');
    this.isBackwards = layer.flag('go_backwards');
    this.zeroesPadding = layer.flag('zero_output_for_mask');
    this.input = new Rows(cell.width);
    this.scratch = new Float32Array(cell.stateSize);
    this.shape = {
      size: cell.units,
      perStep: this.returnsSequences,
      masked: inputShape.masked && this.returnsSequences,
    };
  }

  run(input: Rows, rows: Rows, { mask, isWhole }: RunContext, before: Float32Array): Float32Array {
    const { cell } = this;
    const { count } = input;
    const products = this.input.resize(count);
    multiply(input.data, count, this.inputShape.size, cell.kernel, cell.width, cell.inputBias, products);
    const isLastOnly = isWhole && !this.returnsSequences;
    const data = rows.resize(isLastOnly ? 1 : count);
    let state = before;
    for (let step = 0; step < count; step++) {
      const at = this.isBackwards ? count - 1 - step : step;
      const isPadding = this.inputShape.masked && mask[at] === 0;
      if (!isPadding) {
        cell.step(products, at * cell.width, state, this.scratch);
        state = this.scratch;
      }
      if (!isLastOnly || step === count - 1) {
        const row = isLastOnly ? 0 : step;
        if (isPadding && this.zeroesPadding) {
          data.fill(0, row * cell.units, (row + 1) * cell.units);
        } else {
          data.set(state.subarray(0, cell.units), row * cell.units);
        }
      }
    }
    return state === before ? before : state.slice();
  }
}
