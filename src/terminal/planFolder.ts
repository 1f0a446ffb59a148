import type { TrainingPlan } from '../protocol/trainerEvents';
import type { TrainingOptions } from '../protocol/trainerProtocol';
import { DEFAULT_MAX_TOTAL_BYTES } from '../trainer/corpus/scanFolders';
import { planTraining } from '../trainer/planClient';
import type { Terminal } from './terminal';
import { explainEnd } from './trainerEnd';
import { TrainingProgress } from './trainingProgress';
import { requireBuilt } from './withGenerator';

/**
 * What a training of a folder would read.
 * @param initialModelPath the model that it starts from, if any
 * @param modelPath the model whose place the trained one would take, if there is one
 * @throws Error whose message is for the user, when the folder cannot be read; the signal's reason when it aborts
 */
export async function planFolder(
  terminal: Terminal,
  folder: string,
  options: TrainingOptions,
  initialModelPath: string | null,
  modelPath: string | null,
): Promise<TrainingPlan> {
  const { product, signal, progress } = terminal;
  await requireBuilt(product.trainer);
  const plan = await planTraining(
    {
      processPath: product.trainer,
      job: {
        folders: [folder],
        excludeGlobs: [],
        maxTotalBytes: DEFAULT_MAX_TOTAL_BYTES,
        initialModelPath,
        modelPath,
        resumePath: null,
        baseModelPath: product.baseModel,
        tokenizerPath: product.tokenizer,
        options,
      },
      onProgress: new TrainingProgress(terminal).hear,
    },
    signal,
  ).catch((error: unknown) => {
    throw explainEnd(error, 'Nothing was trained yet: run the command again.');
  });
  progress.clear();
  return plan;
}
