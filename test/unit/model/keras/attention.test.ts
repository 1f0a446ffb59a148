import * as assert from 'node:assert/strict';
import { dotAttention, multiHeadAttention } from '../../../../src/model/keras/layers/attention';
import type { LayerBuilder } from '../../../../src/model/keras/layers/layerBuild';
import { layerOutput } from '../../../support/layerOutput';

const VALUES = [1, 2, 4, 9];
const MEAN_OF_ALL = 4;

/** What comes out at each step where every query is zero, so that the steps it sees weigh alike; the first two are padding. */
function attended(layer: LayerBuilder, isCausal: boolean, isQueryMasked: boolean): number[] {
  const isProjected = layer === multiHeadAttention;
  return layerOutput(layer, {
    config: isProjected ? { num_heads: 1, key_dim: 1, use_bias: false } : {},
    inputs: [[0, 0, 0, 0], VALUES],
    weights: isProjected ? [[1], [1], [1], [1]] : [],
    options: { use_causal_mask: isCausal },
    mask: [0, 0, 1, 1],
    masked: isQueryMasked ? [0, 1] : [1],
  });
}

describe('Attention where steps are padding', () => {
  it('of a query that is padding is to all steps alike in MultiHeadAttention, as in Keras', () => {
    assert.deepEqual(attended(multiHeadAttention, false, true), [MEAN_OF_ALL, MEAN_OF_ALL, 6.5, 6.5]);
    assert.deepEqual(attended(multiHeadAttention, true, true), [MEAN_OF_ALL, MEAN_OF_ALL, 4, 6.5]);
  });

  it('of a query that sees nothing else is to all steps alike, later ones too, as in Keras', () => {
    for (const layer of [multiHeadAttention, dotAttention]) {
      assert.deepEqual(attended(layer, true, false), [MEAN_OF_ALL, MEAN_OF_ALL, 4, 6.5]);
    }
  });

  it('of a query that is padding is nothing in Attention, as in Keras', () => {
    assert.deepEqual(attended(dotAttention, true, true), [0, 0, 4, 6.5]);
  });
});
