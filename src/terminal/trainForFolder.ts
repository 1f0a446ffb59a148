/** Trains the model that is kept for a folder, or one in a file of its own. */
import type { TrainingOptions } from '../protocol/trainerProtocol';
import { chooseModel, modelStore } from './keptModels';
import type { Terminal } from './terminal';
import { startingModel, trainModel, type TrainResult } from './trainModel';

export interface FolderTraining {
  /** As `realFolder` gives it. */
  readonly folder: string;
  readonly options: TrainingOptions;
  /** Starts from the base model even when the folder has a model of its own. */
  readonly fresh: boolean;
  /** Absolute; null keeps the model with those of other folders. */
  readonly out: string | null;
}

/** @throws Error whose message is for the user, when the training fails */
export async function trainForFolder(
  terminal: Terminal,
  { folder, options, fresh, out }: FolderTraining,
): Promise<TrainResult> {
  const earlier = fresh ? null : await chooseModel({ model: undefined }, folder);
  const places =
    out === null ? await modelStore().remember([folder]) : { modelPath: out, resumePath: `${out}.resume` };
  return trainModel(terminal, {
    ...places,
    folders: [folder],
    split: null,
    initialModelPath: await startingModel([earlier, terminal.product.baseModel], options),
    options,
  });
}
