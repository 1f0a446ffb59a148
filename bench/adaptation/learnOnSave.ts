/** Dynamic evaluation (Krause et al. 2018, arXiv 1709.07432): one small step on each stretch of text, after it was scored. */
import type { NetworkConfig } from '../../src/model/networkConfig';
import { quantizeWeights, type StoredWeights } from '../../src/model/network/quantizedMatrix';
import { DEFAULT_TRAINING } from '../../src/protocol/trainerProtocol';
import { BatchStream } from '../../src/trainer/data/batchStream';
import type { TrainableNetwork } from '../../src/trainer/engine';

/** Tokens between two saves: some paragraphs. */
export const TOKENS_PER_SAVE = 256;
const ROWS = 8;

export interface SaveStep {
  /** For Adam with the moments from the training before, so that each weight moves at its own scale, as in the paper's RMS rule. */
  readonly learningRate: number;
  readonly steps: number;
}

/** By their names in the table. */
export const SAVE_STEPS: Readonly<Record<string, SaveStep | null>> = {
  'no step on save': null,
  'a step of 0.0001': { learningRate: 0.0001, steps: 1 },
  'a step of 0.0003': { learningRate: 0.0003, steps: 1 },
  'a step of 0.001': { learningRate: 0.001, steps: 1 },
  'a step of 0.003': { learningRate: 0.003, steps: 1 },
  'four steps of 0.001': { learningRate: 0.001, steps: 4 },
};

export function learnOnSave(
  network: TrainableNetwork,
  config: NetworkConfig,
  { learningRate, steps }: SaveStep,
) {
  return async (text: Int32Array): Promise<StoredWeights | null> => {
    if (text.length < 2) {
      return null;
    }
    const options = { batchSize: ROWS, unrollSteps: TOKENS_PER_SAVE / ROWS, seed: 1 };
    const stream = new BatchStream([Uint16Array.from(text)], options);
    for (let step = 0; step < steps; step++) {
      await network.trainStep(stream.next(), {
        learningRate,
        dropout: 0,
        gradientClipNorm: DEFAULT_TRAINING.gradientClipNorm,
      });
    }
    return quantizeWeights(config, await network.exportWeights());
  };
}
