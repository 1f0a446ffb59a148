import { layerNormalization } from '../../../../src/model/keras/layers/normalization';
import { almostEqual, layerOutput } from '../../../support/layerOutput';

/** What the layer makes of one vector. */
function normalized(config: Record<string, unknown>, weights: readonly (readonly number[])[]): number[] {
  const exact = { epsilon: 1e-9, ...config };
  return layerOutput(layerNormalization, { config: exact, inputs: [[1, 2, 3]], size: 3, weights });
}

describe('LayerNormalization', () => {
  const deviation = Math.sqrt(2 / 3);

  it('subtracts the mean and divides by the deviation, then takes gamma and beta', () => {
    const weights = [
      [1, 1, 2],
      [0, 5, 0],
    ];
    almostEqual(normalized({}, weights), [-1 / deviation, 5, 2 / deviation]);
  });

  it('with rms_scaling only divides by the deviation, and has gamma but no beta, as in Keras', () => {
    for (const center of [true, false]) {
      for (const scale of [true, false]) {
        const made = normalized({ rms_scaling: true, center, scale }, [[1, 1, 2]]);
        almostEqual(made, [1 / deviation, 2 / deviation, 6 / deviation]);
      }
    }
  });
});
