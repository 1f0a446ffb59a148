import { bidirectional, recurrent } from '../../../../src/model/keras/layers/recurrent';
import { almostEqual, layerOutput } from '../../../support/layerOutput';

/** A SimpleRNN that adds up what it reads. */
const sums = (config: Record<string, unknown> = {}) => ({
  units: 1,
  activation: 'linear',
  use_bias: false,
  return_sequences: true,
  ...config,
});
const KERNELS = [[1], [1]];

describe('A recurrent layer of Keras', () => {
  it('outputs at padding what it output before, or zeros if it is so set', () => {
    const padded = {
      className: 'SimpleRNN',
      inputs: [[1, 2, 4]],
      weights: KERNELS,
      mask: [1, 0, 1],
      masked: [0],
    };
    almostEqual(layerOutput(recurrent, { ...padded, config: sums() }), [1, 1, 5]);
    const zeroed = sums({ zero_output_for_mask: true });
    almostEqual(layerOutput(recurrent, { ...padded, config: zeroed }), [1, 0, 5]);
  });

  it('merges its two directions in each of the ways of Bidirectional', () => {
    const layer = { class_name: 'SimpleRNN', config: sums() };
    const merged: [string | undefined, number[]][] = [
      [undefined, [1, 7, 3, 6, 7, 4]],
      ['sum', [8, 9, 11]],
      ['mul', [7, 18, 28]],
      ['ave', [4, 4.5, 5.5]],
    ];
    for (const [mode, expected] of merged) {
      const config = { layer, merge_mode: mode };
      const made = layerOutput(bidirectional, {
        config,
        inputs: [[1, 2, 4]],
        weights: [...KERNELS, ...KERNELS],
      });
      almostEqual(made, expected);
    }
  });
});
