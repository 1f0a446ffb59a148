import { join } from 'node:path';
import { DEFAULT_TRAINING, type TrainingOptions, type TrainJob } from '../src/protocol/trainerProtocol';
import { nativeFolders, productPaths } from '../src/terminal/productPaths';

/**
 * A training from scratch on all of a folder's text, on battery, too.
 * @param modelPath where the model goes
 */
export function freshTraining(
  folder: string,
  modelPath: string,
  options: Partial<TrainingOptions>,
): TrainJob {
  const product = productPaths(join(__dirname, '..'));
  return {
    folders: [folder],
    split: null,
    excludeGlobs: [],
    // The most that a training may be asked to read.
    maxTotalBytes: 2 ** 31,
    modelPath,
    resumePath: `${modelPath}.resume`,
    initialModelPath: null,
    tokenizerPath: product.tokenizer,
    baseModelPath: product.baseModel,
    kernelPath: product.kernel,
    nativeFolders: nativeFolders(product),
    options: { ...DEFAULT_TRAINING, onBattery: 'continue', ...options },
  };
}
