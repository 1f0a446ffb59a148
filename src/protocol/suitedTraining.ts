import type { Architecture } from '../model/networkConfig';
import { DEFAULT_TRAINING, FINE_TUNING, type TrainingOptions } from './trainerProtocol';

type Suited = Pick<TrainingOptions, 'learningRate' | 'batchSize' | 'unrollSteps'>;

/**
 * A Transformer learns to look back only within a window, through which gradients flow: it gets fewer rows of more steps each, with
 * as many tokens as a recurrent network's.
 */
const TRANSFORMER_STEPS = 128;
/** Blocks of a Transformer with as many parameters as an LSTM of one layer and the same sizes. */
const TRANSFORMER_LAYERS = 3;

/** @param goesOn from a network that already knows language; else it starts afresh */
export function suitedTraining(architecture: Architecture, goesOn: boolean): Suited {
  const { learningRate, batchSize, unrollSteps } = { ...DEFAULT_TRAINING, ...(goesOn ? FINE_TUNING : {}) };
  return architecture === 'transformer'
    ? {
        learningRate,
        batchSize: (batchSize * unrollSteps) / TRANSFORMER_STEPS,
        unrollSteps: TRANSFORMER_STEPS,
      }
    : { learningRate, batchSize, unrollSteps };
}

/** @param wished 0 leaves it to the architecture */
export function suitedLayers(architecture: Architecture, wished: number): number {
  return wished > 0
    ? wished
    : architecture === 'transformer'
      ? TRANSFORMER_LAYERS
      : DEFAULT_TRAINING.numLayers;
}
