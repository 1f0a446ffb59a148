import assert from 'node:assert/strict';
import { countParameters, networkTensorShapes } from '../../../src/model/networkConfig';

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

  it('names a recurrent bias for the GRU alone', () => {
    const config = { vocabSize: 8, embeddingSize: 4, hiddenSize: 4, numLayers: 1 };
    const named = (architecture: 'lstm' | 'gru' | 'rnn') =>
      networkTensorShapes({ ...config, architecture }).has('layers.0.recurrentBias');
    assert.deepEqual([named('lstm'), named('gru'), named('rnn')], [false, true, false]);
  });
});
