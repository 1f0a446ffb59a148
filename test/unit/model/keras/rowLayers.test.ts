import { concatenation, division } from '../../../../src/model/keras/layers/merging';
import { elu, geluOperation, leakyRelu, relu } from '../../../../src/model/keras/layers/rowLayers';
import { reshape } from '../../../../src/model/keras/layers/sequenceLayers';
import { almostEqual, layerOutput } from '../../../support/layerOutput';

describe('A layer or operation of Keras that works on each number by itself', () => {
  const inputs = [[-2, -0.5, 0, 1, 3]];

  it('keeps what its options say of the numbers below and above', () => {
    almostEqual(layerOutput(relu, { inputs }), [0, 0, 0, 1, 3]);
    const options = { negative_slope: 0.5, threshold: 0.5, max_value: 2 };
    almostEqual(layerOutput(relu, { inputs, config: options }), [-1.25, -0.5, -0.25, 1, 2]);
    almostEqual(layerOutput(leakyRelu, { inputs }), [-0.6, -0.15, 0, 1, 3]);
    almostEqual(layerOutput(leakyRelu, { inputs, config: { alpha: 0.1 } }), [-0.2, -0.05, 0, 1, 3]);
    const sloped = { negative_slope: 0.2, alpha: 0.1 };
    almostEqual(layerOutput(leakyRelu, { inputs, config: sloped }), [-0.4, -0.1, 0, 1, 3]);
    almostEqual(layerOutput(elu, { inputs, config: { alpha: 2 } }), [-1.7293294, -0.7869387, 0, 1, 3]);
  });

  it('is GELU by the tangent unless it is to be exact', () => {
    // From numpy and math.erf.
    const byTangent = [-0.0454023, -0.154286, 0, 0.841192, 2.9963627];
    almostEqual(layerOutput(geluOperation, { inputs }), byTangent);
    const exact = [-0.0455003, -0.1542688, 0, 0.8413447, 2.9959502];
    almostEqual(layerOutput(geluOperation, { inputs, config: { approximate: false } }), exact);
  });

  it('divides', () => {
    almostEqual(
      layerOutput(division, {
        inputs: [
          [1, 3],
          [4, -2],
        ],
      }),
      [0.25, -1.5],
    );
  });

  it('keeps the order of the steps where vectors are joined, or cut anew', () => {
    const steps = [1, 2, 3, 4];
    almostEqual(layerOutput(concatenation, { inputs: [steps, [5, 6, 7, 8]] }), [1, 5, 2, 6, 3, 7, 4, 8]);
    for (const target of [[-1], [4, -1], [2, -1], [-1, 2]]) {
      const config = { target_shape: target };
      const made = layerOutput(reshape, {
        inputs: [steps],
        size: target[0] === 4 || target.length === 1 ? 1 : 2,
        config,
      });
      almostEqual(made, steps);
    }
  });
});
