import { seededRandom } from '../../model/generation/seededRandom';
import { networkTensorShapes, type NetworkConfig, type NetworkWeights } from '../../model/networkConfig';
import type { DocumentTokens } from '../data/batchStream';
import type { OptimizerState } from '../engine';
import { sizeOf } from '../network/parameters';

/**
 * Weights before training: uniform with the variance of Glorot & Bengio 2010 for the matrices, those at the ends of a
 * Transformer's branches smaller the more branches there are (Radford et al. 2019), norms that change nothing, forget gates
 * open (bias 1; Jozefowicz et al. 2015), and the output bias set to the texts' token frequencies, so that training starts from
 * these instead of having to find them first.
 */
export function freshWeights(
  config: NetworkConfig,
  documents: readonly DocumentTokens[],
  seed: number,
): Map<string, Float32Array> {
  const random = seededRandom(seed);
  const weights = new Map<string, Float32Array>();
  for (const [name, shape] of networkTensorShapes(config)) {
    const [rows, columns] = shape;
    const values = new Float32Array(sizeOf(shape));
    if (columns !== undefined) {
      const limit = Math.sqrt(6 / fanOf(config, name, rows, columns)) * branchScale(config, name);
      for (let i = 0; i < values.length; i++) {
        values[i] = (2 * random() - 1) * limit;
      }
    } else if (name.endsWith('Norm')) {
      values.fill(1);
    } else if (config.architecture === 'lstm' && name.endsWith('.bias')) {
      values.fill(1, config.hiddenSize, 2 * config.hiddenSize);
    }
    weights.set(name, values);
  }
  weights.set('outputBias', logFrequencies(documents, config.vocabSize));
  return weights;
}

/** Inputs and outputs of a matrix; of several that are stored as one, of each. */
function fanOf(config: NetworkConfig, name: string, rows: number, columns: number): number {
  if (name === 'embedding') {
    // It is also the output matrix: its rows are scaled by what goes into them.
    return 2 * columns;
  }
  if (config.architecture === 'transformer') {
    return columns + (name.endsWith('queryKeyValueKernel') ? rows / 3 : rows);
  }
  return columns + (name.includes('Kernel') ? config.hiddenSize : rows);
}

function branchScale({ numLayers }: NetworkConfig, name: string): number {
  return /attentionOutputKernel|contractKernel/.test(name) ? 1 / Math.sqrt(2 * numLayers) : 1;
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

/** The optimizer before its first step. */
export function freshOptimizer(weights: NetworkWeights): OptimizerState {
  const zeros = (): NetworkWeights =>
    new Map([...weights].map(([name, values]) => [name, new Float32Array(values.length)]));
  return { step: 0, firstMoments: zeros(), secondMoments: zeros() };
}
