/** Where the models of several workspaces lie, each in a folder of its own, and what can be done with them. */
import { createHash } from 'node:crypto';
import { readdir, readFile, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { decodeCheckpoint } from '../model/checkpoint/checkpoint';
import type { TrainingRecord } from '../model/checkpoint/trainingRecord';
import type { NetworkConfig } from '../model/networkConfig';
import { asError } from '../protocol/asError';
import { ifPresent, readIfPresent } from './ifPresent';
import { exportedParts, importedModel } from './modelFile';
import { isDiskFull, patiently, removeLeftovers, saveFile } from './training/saveFile';
import { isModelInUse, isOfLock, whileLocked } from './training/trainingLock';

export interface ModelPlaces {
  readonly modelPath: string;
  readonly resumePath: string;
}

export interface StoredModel {
  readonly key: string;
  /** The folders of the workspace, as {@link ModelStore.remember} was told; none when it was not. */
  readonly folders: readonly string[];
  readonly modelPath: string;
  /** Of the file. */
  readonly bytes: number;
  /** What the file says, or the sentence for the user when it cannot be used. */
  readonly content:
    { readonly config: NetworkConfig; readonly training: TrainingRecord } | { readonly fault: string };
}

const MODEL_FILE = 'personal.safetensors';
const RESUME_FILE = 'resume.bin';
const WORKSPACE_FILE = 'workspace.json';
/** What a file system says when a folder that is to be removed holds something, or is gone already. */
const STILL_USED = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT']);
const workspaceSchema = v.pipe(v.string(), v.parseJson(), v.object({ folders: v.array(v.string()) }));

/**
 * @param folders paths or URIs; their order does not matter, nor do capitals on Windows and macOS, where a folder has the name that was
 * typed as it was opened
 */
export function workspaceKey(
  folders: readonly string[],
  platform: NodeJS.Platform = process.platform,
): string {
  const ignoresCase = platform === 'win32' || platform === 'darwin';
  const names = folders.map((folder) => (ignoresCase ? folder.toLowerCase() : folder)).toSorted();
  return createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 16);
}

/** Whether a text has the form of a {@link workspaceKey}. */
export const isKey = (text: string): boolean => /^[0-9a-f]{16}$/.test(text);

/** Something is there that nobody has allowed to replace. */
export class ExistsError extends Error {
  constructor(readonly path: string) {
    super(`${path} exists already, so nothing was written.`);
  }
}

export class ModelStore {
  /** @param storageFolder absolute; made when something is first written */
  constructor(private readonly storageFolder: string) {}

  places(key: string): ModelPlaces {
    const folder = this.folderOf(key);
    return { modelPath: join(folder, MODEL_FILE), resumePath: join(folder, RESUME_FILE) };
  }

  /** Notes which folders a key stands for, so that a list can name them. */
  async remember(folders: readonly string[]): Promise<ModelPlaces> {
    const key = workspaceKey(folders);
    const path = join(this.folderOf(key), WORKSPACE_FILE);
    const noted = Buffer.from(JSON.stringify({ folders }));
    // Where the models lie among the texts, as in a home folder, a file that is changed would be another text for an interrupted training.
    if ((await readFile(path).catch(() => null))?.equals(noted) !== true) {
      await saveFile(path, noted);
    }
    return this.places(key);
  }

  /**
   * Removes what {@link remember} has noted for a training that has ended and left nothing. For one that left something it is noted
   * again: another training, which ended as this one began, may have removed it.
   */
  async forgetUnused(folders: readonly string[]): Promise<void> {
    const { modelPath, resumePath } = this.places(workspaceKey(folders));
    if ((await exists(modelPath)) || (await exists(resumePath))) {
      await this.remember(folders);
      return;
    }
    if (await isModelInUse(modelPath)) {
      return;
    }
    const folder = dirname(modelPath);
    await patiently(() => rm(join(folder, WORKSPACE_FILE), { force: true }));
    await removeUnused(folder);
  }

  /** Newest first; one that may not be opened is told as a damaged one. */
  async list(): Promise<StoredModel[]> {
    const found: { model: StoredModel; time: number }[] = [];
    const names = (await ifPresent(this.storageFolder, (folder) => readdir(folder))) ?? [];
    for (const key of names.filter(isKey)) {
      const { modelPath } = this.places(key);
      // Another window may delete a model meanwhile.
      const file = await stat(modelPath).catch(() => null);
      const model = await this.show(key).catch((error: unknown) => {
        const content = { fault: asError(error).message };
        return { key, folders: [], modelPath, bytes: file?.size ?? 0, content };
      });
      if (model !== null) {
        found.push({ model, time: file?.mtimeMs ?? 0 });
      }
    }
    return found.toSorted((a, b) => b.time - a.time).map(({ model }) => model);
  }

  /** Null when there is no model under the key. */
  async show(key: string): Promise<StoredModel | null> {
    const { modelPath } = this.places(key);
    const bytes = await readIfPresent(modelPath);
    if (bytes === null) {
      return null;
    }
    const workspace = await readIfPresent(join(this.folderOf(key), WORKSPACE_FILE));
    const parsed = v.safeParse(workspaceSchema, workspace?.toString('utf8'));
    const folders = parsed.success ? parsed.output.folders : [];
    return { key, folders, modelPath, bytes: bytes.length, content: contentOf(bytes, modelPath) };
  }

  /** When a training was interrupted that the next one may go on with, in milliseconds; null where none was, or one is running. */
  async interruptedAt(key: string): Promise<number | null> {
    const { modelPath, resumePath } = this.places(key);
    const saved = await stat(resumePath).catch(() => null);
    return saved === null || (await isModelInUse(modelPath)) ? null : saved.mtimeMs;
  }

  /**
   * Writes a model to a file, as a Keras model with its tokenizer beside it when the path ends in `.keras` or `.h5`.
   * @param overwrite whether what is there already may be replaced
   * @returns what was written
   * @throws ExistsError when it may not, Error with a sentence for the user when there is no model, it is damaged, or the target
   * cannot be written
   */
  async exportTo(key: string, path: string, overwrite: boolean): Promise<string[]> {
    const { modelPath } = this.places(key);
    const bytes = await readIfPresent(modelPath);
    if (bytes === null) {
      throw noModel(key);
    }
    const parts = await exportedParts(bytes, modelPath, path);
    for (const part of overwrite ? [] : parts) {
      if (await exists(part.path)) {
        throw new ExistsError(part.path);
      }
    }
    for (const part of parts) {
      await saveFile(part.path, part.bytes);
    }
    return parts.map((part) => part.path);
  }

  /**
   * Takes a model file in place of the present one: a checkpoint, or a Keras model in the layout of an export.
   * @param tokenizerPath the one that Understudy comes with
   * @throws CheckpointError or KerasError when the file holds no model that can be used, Error when it has another tokenizer, is in use
   * or cannot be read or written; the present model then stays
   */
  async importFrom(key: string, path: string, tokenizerPath: string): Promise<void> {
    const { bytes } = await importedModel(path, tokenizerPath);
    const { modelPath, resumePath } = this.places(key);
    await whileLocked(modelPath, async () => {
      await removeLeftovers(modelPath);
      await saveFile(modelPath, bytes);
      await patiently(() => rm(resumePath, { force: true }));
    });
  }

  /**
   * Deletes the model and what an interrupted training has kept of the next one.
   * @throws Error with a sentence for the user when there is neither, a training is writing it, or a file cannot be deleted; what was
   * not deleted then is by the next call
   */
  async delete(key: string): Promise<void> {
    const { modelPath, resumePath } = this.places(key);
    if (!(await exists(modelPath)) && !(await exists(resumePath))) {
      throw noModel(key);
    }
    const folder = this.folderOf(key);
    const removeAll = async () => {
      const names = (await readdir(folder)).filter((name) => !isOfLock(modelPath, name));
      // So that a file which cannot be deleted leaves what this can be asked to delete once more, with the folders that it is listed by.
      const last = [MODEL_FILE, RESUME_FILE, WORKSPACE_FILE];
      for (const name of names.toSorted((a, b) => last.indexOf(a) - last.indexOf(b))) {
        await deleteFile(join(folder, name));
      }
    };
    try {
      await whileLocked(modelPath, removeAll);
    } catch (error) {
      // A full disk has no room for the lock, and this makes some.
      if (!isDiskFull(error) || (await isModelInUse(modelPath))) {
        throw error;
      }
      await removeAll();
    }
    await removeUnused(folder);
  }

  private folderOf(key: string): string {
    if (!isKey(key)) {
      throw new Error(`"${key}" is not the key of a model; keys have 16 characters from 0-9 and a-f.`);
    }
    return join(this.storageFolder, key);
  }
}

async function deleteFile(path: string): Promise<void> {
  try {
    await patiently(() => rm(path, { recursive: true, force: true }));
  } catch (error) {
    throw new Error(
      `${path} could not be deleted, because another program has it open or it may not be changed. Close it there, or permit changes, and delete the model again.`,
      { cause: error },
    );
  }
}

/** Removes a folder, which stays where another window took the lock meanwhile, to train. */
async function removeUnused(folder: string): Promise<void> {
  await patiently(() => rmdir(folder)).catch((error: unknown) => {
    if (!STILL_USED.has((error as NodeJS.ErrnoException).code ?? '')) {
      throw error;
    }
  });
}

function contentOf(bytes: Uint8Array, path: string): StoredModel['content'] {
  try {
    const { config, training } = decodeCheckpoint(bytes, path);
    return { config, training };
  } catch (error) {
    return { fault: asError(error).message };
  }
}

function noModel(key: string): Error {
  return new Error(`There is no model under ${key}; train on its workspace first.`);
}

/** A folder is refused when it is written to, which no permission to replace would change. */
function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  );
}
