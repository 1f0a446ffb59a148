/** The models that the terminal tool keeps, one for each folder. */
import { resolve } from 'node:path';
import { BaseModel, type ShippedBase } from '../trainer/baseModel';
import { isKey, ModelStore, workspaceKey } from '../trainer/modelStore';
import { realPath } from '../trainer/realPath';
import type { OptionValues } from './commandLine';
import { storageFolder } from './storageFolder';

export const MODEL_OPTIONS = {
  folder: {
    type: 'text',
    value: 'FOLDER',
    help: 'whose texts and model are used (default: the current folder)',
  },
  model: { type: 'text', value: 'MODEL', help: "a model file to use instead of the folder's own" },
} as const;

/** @throws Error with a sentence for the user, as {@link baseModel} does, when nothing names a place for models */
export function modelStore(): ModelStore {
  return new ModelStore(storage());
}

/** @param shipped what the installation comes with */
export function baseModel(shipped: ShippedBase): BaseModel {
  return new BaseModel(storage(), shipped);
}

/** The base model in use; that of the installation where there is no place that another could have been imported into. */
export function baseModelPath(shipped: ShippedBase): string | null {
  return storageFolder(process.env, process.platform) === null ? shipped.baseModel : baseModel(shipped).path;
}

function storage(): string {
  const folder = storageFolder(process.env, process.platform);
  if (folder === null) {
    throw new Error(
      'You have no home folder to keep models in; name a folder for them by the environment variable UNDERSTUDY_HOME.',
    );
  }
  return folder;
}

/** The folder's canonical path, under which its model is kept. */
export async function realFolder(folder: string): Promise<string> {
  try {
    return await realPath(folder);
  } catch {
    // A folder that is gone may still have a model.
    return resolve(folder);
  }
}

/** @param place a folder, or the key that `model list` shows */
export async function keyOf(place: string): Promise<string> {
  return isKey(place) ? place : workspaceKey([await realFolder(place)]);
}

/** The model file kept for the folder, else null. */
export async function keptModelPath(folder: string): Promise<string | null> {
  return (await modelStore().show(await keyOf(folder)))?.modelPath ?? null;
}

/** The model file given, else the one kept for the folder, else null. */
export async function chooseModel(
  { model }: Pick<OptionValues<typeof MODEL_OPTIONS>, 'model'>,
  folder: string,
): Promise<string | null> {
  return model === undefined ? keptModelPath(folder) : resolve(model);
}
