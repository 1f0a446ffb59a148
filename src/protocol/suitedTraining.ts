import type { Architecture } from '../model/networkConfig';
import { DEFAULT_TRAINING, FINE_TUNING, type TrainingOptions } from './trainerProtocol';

type Suited = Pick<TrainingOptions, 'batchSize' | 'unrollSteps'>;

/**
 * Steps of a row. A Transformer learns to look back only within the steps that gradients flow through, so it gets longer and fewer
 * rows: a batch has as many tokens as a recurrent network's.
 */
const TRANSFORMER_STEPS = 128;
/** With so many blocks a Transformer has about as many parameters as a one-layer LSTM of the same sizes. */
const TRANSFORMER_LAYERS = 3;

/** @param goesOn whether training continues from a trained network rather than starting afresh */
export function suitedTraining(architecture: Architecture, goesOn: boolean): Suited {
  const { batchSize, unrollSteps } = { ...DEFAULT_TRAINING, ...(goesOn ? FINE_TUNING : {}) };
  return architecture === 'transformer'
    ? { batchSize: (batchSize * unrollSteps) / TRANSFORMER_STEPS, unrollSteps: TRANSFORMER_STEPS }
    : { batchSize, unrollSteps };
}

/** @param wished 0 takes the architecture's default */
export function suitedLayers(architecture: Architecture, wished: number): number {
  return wished > 0
    ? wished
    : architecture === 'transformer'
      ? TRANSFORMER_LAYERS
      : DEFAULT_TRAINING.numLayers;
}
