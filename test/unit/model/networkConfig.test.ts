import assert from 'node:assert/strict';
import {
  countParameters,
  hasShape,
  networkOfShape,
  networkTensorShapes,
} from '../../../src/model/networkConfig';

describe('networkConfig', () => {
  it('gives net A of the design 2.8 million parameters', () => {
    const netA = {
      architecture: 'lstm',
      vocabSize: 4096,
      embeddingSize: 256,
      hiddenSize: 512,
      numLayers: 1,
    } as const;
    assert.equal(countParameters(netA), 4096 * 256 + 2048 * 256 + 2048 * 512 + 2048 + 256 * 512 + 4096);
  });

  it('tells networks apart by architecture, sizes and attention, which a Transformer has anyway', () => {
    const shape = {
      architecture: 'gru',
      attention: false,
      embeddingSize: 4,
      hiddenSize: 8,
      numLayers: 1,
    } as const;
    const others = [
      { architecture: 'lstm' },
      { attention: true },
      { embeddingSize: 8 },
      { hiddenSize: 4 },
      { numLayers: 2 },
    ] as const;
    const config = networkOfShape(shape, 16);
    assert.ok(hasShape(config, shape));
    for (const other of others) {
      assert.ok(!hasShape(config, { ...shape, ...other }), JSON.stringify(other));
    }
    const transformer = { ...shape, architecture: 'transformer' } as const;
    assert.ok(hasShape(networkOfShape(transformer, 16), { ...transformer, attention: true }));
  });

  it('names a recurrent bias for the GRU alone', () => {
    const config = { vocabSize: 8, embeddingSize: 4, hiddenSize: 4, numLayers: 1 };
    const named = (architecture: 'lstm' | 'gru' | 'rnn') =>
      networkTensorShapes({ ...config, architecture }).has('layers.0.recurrentBias');
    assert.deepEqual([named('lstm'), named('gru'), named('rnn')], [false, true, false]);
  });
});
