import { encodeCheckpoint } from '../../src/model/checkpoint/checkpoint';
import type { NetworkConfig } from '../../src/model/networkConfig';
import { randomWeights } from '../unit/model/network/randomWeights';

export const smallConfig: NetworkConfig = {
  architecture: 'lstm',
  vocabSize: 20,
  embeddingSize: 4,
  hiddenSize: 4,
  numLayers: 1,
};

/** A model file of a tiny network that was trained for so many steps. */
export const smallModelBytes = (steps: number, config: NetworkConfig = smallConfig): Uint8Array =>
  encodeCheckpoint({
    config,
    weights: randomWeights(config, steps),
    tokenizer: {},
    training: { steps },
    gate: null,
  });
