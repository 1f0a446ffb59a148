import * as assert from 'node:assert/strict';
import { LayerSpec } from '../../../../src/model/keras/layerSpec';
import { dotAttention, multiHeadAttention } from '../../../../src/model/keras/layers/attention';
import { LayerBuild, type LayerBuilder } from '../../../../src/model/keras/layers/layerBuild';
import { Rows, type ValueShape } from '../../../../src/model/keras/operation';

/** The first two of four steps are padding. */
const MASK = Uint8Array.of(0, 0, 1, 1);
const VALUES = [1, 2, 4, 9];
const MEAN_OF_ALL = 4;

/** What comes out at each step where every query is zero, so that the steps it sees weigh alike. */
function attended(
  layer: LayerBuilder,
  { isCausal, isQueryMasked }: { readonly isCausal: boolean; readonly isQueryMasked: boolean },
  config: Record<string, unknown> = {},
): number[] {
  const shape: ValueShape = { size: 1, perStep: true, masked: true };
  const build = new LayerBuild(
    new LayerSpec('Attention', 'attention', config, { group: '', names: [] }),
    [
      { kind: 'value', id: 0 },
      { kind: 'value', id: 1 },
    ],
    new Map([['use_causal_mask', { kind: 'plain', value: isCausal }]]),
    new Map([
      [0, { ...shape, masked: isQueryMasked }],
      [1, shape],
    ]),
    (_part, shapes) => shapes.map(() => Float32Array.of(1)),
    3,
    4,
  );
  const { operation } = layer(build);
  const [queries, values] = [new Rows(1), new Rows(1)];
  queries.resize(4).fill(0);
  values.resize(4).set(VALUES);
  operation.run([queries, values, values], { position: 0, mask: MASK, isWhole: true }, operation.start);
  return Array.from(operation.rows.data);
}

describe('Attention where steps are padding', () => {
  const heads = { num_heads: 1, key_dim: 1, use_bias: false };

  it('of a query that is padding is to all steps alike in MultiHeadAttention, as in Keras', () => {
    const isQueryMasked = true;
    const [all, causal] = [false, true].map((isCausal) =>
      attended(multiHeadAttention, { isCausal, isQueryMasked }, heads),
    );
    assert.deepEqual(all, [MEAN_OF_ALL, MEAN_OF_ALL, 6.5, 6.5]);
    assert.deepEqual(causal, [MEAN_OF_ALL, MEAN_OF_ALL, 4, 6.5]);
  });

  it('of a query that sees nothing else is to all steps alike, later ones too, as in Keras', () => {
    const seen = { isCausal: true, isQueryMasked: false };
    assert.deepEqual(attended(multiHeadAttention, seen, heads), [MEAN_OF_ALL, MEAN_OF_ALL, 4, 6.5]);
    assert.deepEqual(attended(dotAttention, seen), [MEAN_OF_ALL, MEAN_OF_ALL, 4, 6.5]);
  });

  it('of a query that is padding is nothing in Attention, as in Keras', () => {
    assert.deepEqual(attended(dotAttention, { isCausal: true, isQueryMasked: true }), [0, 0, 4, 6.5]);
  });
});
