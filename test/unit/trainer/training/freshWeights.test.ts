import assert from 'node:assert/strict';
import { networkTensorShapes, type NetworkConfig } from '../../../../src/model/networkConfig';
import { freshWeights } from '../../../../src/trainer/training/freshWeights';

describe('The weights before training', () => {
  const config: NetworkConfig = {
    architecture: 'lstm',
    vocabSize: 400,
    embeddingSize: 12,
    hiddenSize: 40,
    numLayers: 2,
  };
  const weights = freshWeights(config, [Uint16Array.of(0, 7, 7, 7, 9)], 1);

  it('fill each matrix evenly up to the bound of its inputs and outputs, of the embedding up to that of its rows', () => {
    const fans: Record<string, number> = {
      embedding: 12 + 12,
      'layers.0.inputKernel': 12 + 40,
      'layers.0.recurrentKernel': 40 + 40,
      'layers.1.inputKernel': 40 + 40,
      'layers.1.recurrentKernel': 40 + 40,
      projection: 40 + 12,
    };
    const matrices = [...networkTensorShapes(config)].filter(([, shape]) => shape.length === 2);
    assert.deepEqual(matrices.map(([name]) => name).sort(), Object.keys(fans).sort());
    for (const [name, fan] of Object.entries(fans)) {
      const values = weights.get(name)!;
      const bound = Math.sqrt(6 / fan);
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      assert.ok(largest <= bound * 1.000001 && largest > 0.95 * bound, `${name}: ${largest} of ${bound}`);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      assert.ok(Math.abs(mean) < 0.15 * bound, `${name}: a mean of ${mean}`);
    }
  });

  it('open the forget gates, and predict each token as often as it occurs', () => {
    for (const layer of [0, 1]) {
      const bias = weights.get(`layers.${layer}.bias`)!;
      assert.ok(bias.every((value, i) => value === (i >= 40 && i < 80 ? 1 : 0)));
    }
    const outputBias = weights.get('outputBias')!;
    const share = (tokenId: number) => Math.exp(outputBias[tokenId]) * (400 + 4);
    assert.deepEqual(
      [7, 9, 0, 5].map((tokenId) => Math.round(1000 * share(tokenId)) / 1000),
      [4, 2, 1, 1],
    );
  });
});
