import { suitedTraining } from '../protocol/suitedTraining';
import { DEFAULT_TRAINING, type PlanJob } from '../protocol/trainerProtocol';
import type { TrainingSettings } from './configuration';
import type { Parts } from './parts';
import type { StartingPoint } from './personalModel';

/**
 * What a training and its plan have in common: only with the same does one go on with an interrupted training.
 * @param folders absolute paths
 */
export function trainingJob(
  { configuration, baseModel, paths }: Pick<Parts, 'configuration' | 'baseModel' | 'paths'>,
  folders: readonly string[],
  { maxTotalBytes, ...settings }: TrainingSettings,
  start: StartingPoint,
): Omit<PlanJob, 'modelPath' | 'resumePath'> {
  return {
    folders,
    excludeGlobs: configuration.excludeGlobs(),
    oldEncodings: folders.map((folder) => configuration.oldEncodingIn(folder)),
    maxTotalBytes,
    initialModelPath: start.path,
    baseModelPath: baseModel.path,
    tokenizerPath: paths.tokenizer,
    options: { ...DEFAULT_TRAINING, ...settings, ...suitedTraining(settings.architecture, start.fits) },
  };
}
