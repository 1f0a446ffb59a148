import * as assert from 'node:assert/strict';
import { LayerSpec } from '../../../../src/model/keras/layerSpec';
import { LayerBuild } from '../../../../src/model/keras/layers/layerBuild';
import { layerNormalization } from '../../../../src/model/keras/layers/normalization';
import { Rows } from '../../../../src/model/keras/operation';

/** What a layer makes of one vector; its weights are handed out in their order. */
function normalized(
  config: Record<string, unknown>,
  vector: readonly number[],
  weights: number[][],
): number[] {
  const left = weights.map((values) => Float32Array.from(values));
  const build = new LayerBuild(
    new LayerSpec('LayerNormalization', 'normal', config, { group: '', names: [] }),
    [{ kind: 'value', id: 0 }],
    new Map(),
    new Map([[0, { size: vector.length, perStep: true, masked: false }]]),
    (_part, shapes) => shapes.map(() => left.shift() ?? assert.fail('it has no more weights')),
    3,
    null,
  );
  const { operation } = layerNormalization(build);
  assert.equal(left.length, 0, 'it leaves weights unread');
  const input = new Rows(vector.length);
  input.resize(1).set(vector);
  operation.run([input], { position: 0, mask: Uint8Array.of(1), isWhole: false }, operation.start);
  return Array.from(operation.rows.data);
}

const closeTo = (actual: readonly number[], expected: readonly number[]) => {
  assert.ok(
    actual.every((value, i) => Math.abs(value - expected[i]) < 1e-5),
    `${actual.join()} is not ${expected.join()}`,
  );
};

describe('LayerNormalization', () => {
  const deviation = Math.sqrt(2 / 3);

  it('subtracts the mean and divides by the deviation, then takes gamma and beta', () => {
    const made = normalized(
      { epsilon: 1e-9 },
      [1, 2, 3],
      [
        [1, 1, 2],
        [0, 5, 0],
      ],
    );
    closeTo(made, [-1 / deviation, 5, 2 / deviation]);
  });

  it('with rms_scaling only divides by the deviation, and has gamma but no beta, as in Keras', () => {
    for (const center of [true, false]) {
      for (const scale of [true, false]) {
        const config = { epsilon: 1e-9, rms_scaling: true, center, scale };
        closeTo(normalized(config, [1, 2, 3], [[1, 1, 2]]), [1 / deviation, 2 / deviation, 6 / deviation]);
      }
    }
  });
});
