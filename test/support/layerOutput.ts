import * as assert from 'node:assert/strict';
import type { Argument } from '../../src/model/keras/graphArguments';
import { LayerSpec } from '../../src/model/keras/layerSpec';
import { LayerBuild, type LayerBuilder } from '../../src/model/keras/layers/layerBuild';
import { Rows } from '../../src/model/keras/operation';

interface Call {
  readonly config?: Record<string, unknown>;
  /** The class; by most layers not read. */
  readonly className?: string;
  /** One number a step. */
  readonly inputs: readonly (readonly number[])[];
  /** Handed out in their order, all of them. */
  readonly weights?: readonly (readonly number[])[];
  readonly options?: Readonly<Record<string, unknown>>;
  /** 0 where a step is padding, for the inputs that `masked` names by their number. */
  readonly mask?: readonly number[];
  readonly masked?: readonly number[];
  /** Floats of a step. */
  readonly size?: number;
}

/** What a Keras layer makes of whole sequences of the same length. */
export function layerOutput(layer: LayerBuilder, call: Call): number[] {
  const {
    config = {},
    className = 'Layer',
    inputs,
    weights = [],
    options = {},
    masked = [],
    size = 1,
  } = call;
  const steps = inputs[0].length / size;
  const left = weights.map((values) => Float32Array.from(values));
  const build = new LayerBuild(
    new LayerSpec(className, 'layer', config, { group: '', names: [] }),
    inputs.map((_, id) => ({ kind: 'value', id })),
    new Map(
      Object.entries(options).map(([name, value]): [string, Argument] => [name, { kind: 'plain', value }]),
    ),
    new Map(inputs.map((_, id) => [id, { size, perStep: true, masked: masked.includes(id) }])),
    (_part, shapes) => shapes.map(() => left.shift() ?? assert.fail('it has no more weights')),
    3,
    steps,
  );
  const { operation, from } = layer(build);
  assert.equal(left.length, 0, 'it leaves weights unread');
  const rows = inputs.map((values) => {
    const made = new Rows(size);
    made.resize(steps).set(values);
    return made;
  });
  const context = { position: 0, mask: Uint8Array.from(call.mask ?? Array(steps).fill(1)), isWhole: true };
  operation.run(
    from.map((id) => rows[id]),
    context,
    operation.start,
  );
  return Array.from(operation.rows.data.subarray(0, operation.rows.count * operation.rows.size));
}

/** @throws AssertionError unless all numbers are almost the same */
export function almostEqual(actual: readonly number[], expected: readonly number[]): void {
  assert.ok(
    actual.length === expected.length && actual.every((value, i) => Math.abs(value - expected[i]) < 1e-5),
    `${actual.join()} is not ${expected.join()}`,
  );
}
