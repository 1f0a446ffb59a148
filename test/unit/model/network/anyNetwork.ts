import fc from 'fast-check';
import { ARCHITECTURES, type NetworkConfig } from '../../../../src/model/networkConfig';

/** Blueprints of every architecture, with attention and without, up to the sizes given. */
export function anyNetwork(most: {
  readonly vocabSize: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
}): fc.Arbitrary<NetworkConfig> {
  const size = (max: number) => fc.integer({ min: 1, max });
  return fc
    .record({
      architecture: fc.constantFrom(...ARCHITECTURES),
      vocabSize: size(most.vocabSize),
      embeddingSize: size(most.embeddingSize),
      hiddenSize: size(most.hiddenSize),
      numLayers: size(3),
      attention: fc.boolean(),
    })
    .map(({ architecture, attention, ...sizes }) =>
      architecture === 'transformer'
        ? { architecture, ...sizes }
        : { architecture, ...sizes, ...(attention ? { attention } : {}) },
    );
}
