import { networkTensorShapes, type NetworkConfig } from '../../model/networkConfig';
import type { DocumentTokens } from '../data/batchStream';
import { seededRandom } from '../../model/generation/seededRandom';

/**
 * Weights before training: uniform with the variance of Glorot & Bengio 2010 for the matrices, forget gates open (bias 1;
 * Jozefowicz et al. 2015), and the output bias set to the texts' token frequencies, so that training starts from these
 * instead of having to find them first.
 */
export function freshWeights(
  config: NetworkConfig,
  documents: readonly DocumentTokens[],
  seed: number,
): Map<string, Float32Array> {
  const random = seededRandom(seed);
  const { architecture, hiddenSize, vocabSize } = config;
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of networkTensorShapes(config)) {
    const [rows, columns] = shape;
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    if (columns !== undefined) {
      // The embedding is also the output matrix: its rows are scaled by what goes into them.
      const fan =
        name === 'embedding' ? 2 * columns : columns + (name.includes('Kernel') ? hiddenSize : rows);
      const limit = Math.sqrt(6 / fan);
      for (let i = 0; i < values.length; i++) {
        values[i] = (2 * random() - 1) * limit;
      }
    } else if (architecture === 'lstm' && name.endsWith('.bias')) {
      values.fill(1, hiddenSize, 2 * hiddenSize);
    }
    weights.set(name, values);
  }
  weights.set('outputBias', logFrequencies(documents, vocabSize));
  return weights;
}

/** With one added to each count (Laplace). */
function logFrequencies(documents: readonly DocumentTokens[], vocabSize: number): Float32Array {
  const counts = new Float64Array(vocabSize).fill(1);
  let total = vocabSize;
  for (const tokens of documents) {
    for (let i = 1; i < tokens.length; i++) {
      counts[tokens[i]]++;
      total++;
    }
  }
  return Float32Array.from(counts, (count) => Math.log(count / total));
}
