/** Trains the model that is kept for a folder, or one in a file of its own. */
import { asError } from '../protocol/asError';
import type { TrainingOptions } from '../protocol/trainerProtocol';
import { realRoot } from '../trainer/corpus/scanFolders';
import type { ModelPlaces } from '../trainer/modelStore';
import { keptModelPath, modelStore } from './keptModels';
import type { Terminal } from './terminal';
import { startingModel, trainModel, type TrainResult } from './trainModel';

interface FolderTraining {
  /** As `realFolder` gives it. */
  readonly folder: string;
  readonly options: TrainingOptions;
  /** As {@link startFor} gives it. */
  readonly initialModelPath: string | null;
  /** Null keeps the model with those of other folders. */
  readonly out: ModelPlaces | null;
}

/**
 * The model that a training of a folder starts from.
 * @param fresh passes over the folder's own model
 * @throws Error whose message is for the user, when a model is damaged
 */
export async function startFor(
  { product }: Terminal,
  folder: string,
  options: TrainingOptions,
  fresh: boolean,
): Promise<string | null> {
  const own = fresh ? null : await keptModelPath(folder);
  return startingModel([own, product.baseModel], options);
}

/** @throws Error whose message is for the user, when the training fails */
export async function trainForFolder(
  terminal: Terminal,
  { folder, options, initialModelPath, out }: FolderTraining,
): Promise<TrainResult> {
  // So that nothing is noted for a folder that is none.
  await realRoot(folder);
  const store = modelStore();
  const places = out ?? (await store.remember([folder]));
  try {
    return await trainModel(
      terminal,
      { ...places, folders: [folder], split: null, initialModelPath, options },
      'What it saved is kept: the same command goes on from there.',
    );
  } finally {
    if (out === null) {
      // How the training ended stays what the user is told last.
      await store.forgetUnused([folder]).catch((error: unknown) => {
        terminal.note(asError(error).message);
      });
    }
  }
}
