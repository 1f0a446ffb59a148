import type { NetworkConfig } from '../networkConfig';

/**
 * The largest number of columns of any matrix (so also of `embeddingSize` and `hiddenSize`). The more columns a
 * matrix has, the fewer bits the kernel leaves an activation, so that a sum fits 32 bits; see `activationLimit` in
 * kernelModule.ts.
 */
export const MAX_COLUMNS = 4096;
const MAX_VOCAB_SIZE = 65536;
const MAX_LAYERS = 3;

/** Refuses a blueprint that no network supports: a RangeError names the field and its range. */
export function checkNetworkConfig(config: NetworkConfig): void {
  const ranges = [
    ['vocabSize', config.vocabSize, MAX_VOCAB_SIZE],
    ['embeddingSize', config.embeddingSize, MAX_COLUMNS],
    ['hiddenSize', config.hiddenSize, MAX_COLUMNS],
    ['numLayers', config.numLayers, MAX_LAYERS],
  ] as const;
  for (const [field, value, limit] of ranges) {
    if (!Number.isInteger(value) || value < 1 || value > limit) {
      throw new RangeError(`A network's ${field} must be a whole number from 1 to ${limit}, not ${value}.`);
    }
  }
}
