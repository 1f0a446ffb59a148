import { suitedTraining } from '../protocol/suitedTraining';
import { DEFAULT_TRAINING, type TrainingOptions } from '../protocol/trainerProtocol';
import type { TrainingSettings } from './configuration';

/**
 * For a training and for its plan alike: only with the same options does one go on with an interrupted training.
 * @param goesOn whether training continues from a trained network rather than starting afresh
 */
export function trainingOptions(
  settings: Omit<TrainingSettings, 'maxTotalBytes'>,
  goesOn: boolean,
): TrainingOptions {
  return { ...DEFAULT_TRAINING, ...settings, ...suitedTraining(settings.architecture, goesOn) };
}
