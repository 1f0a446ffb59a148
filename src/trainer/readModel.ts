/** Reads a model file that the user names, or that lies in the store. */
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeCheckpoint, type Checkpoint } from '../model/checkpoint/checkpoint';
import { MAX_KERAS_FILE_BYTES } from '../model/keras/sizeLimits';

/** Of a model file, in bytes: far more than the largest network that can be trained. */
const LARGEST_MODEL = MAX_KERAS_FILE_BYTES;

/** @throws Error with a sentence for the user, when the file cannot be read or is no model */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  return decodeCheckpoint(await readModel(path), path);
}

/** The bytes of a file. @throws Error with a sentence for the user, when it cannot be read or can be no model */
export async function readModel(path: string): Promise<Uint8Array> {
  await checkModelFile(path);
  try {
    return await readFile(path);
  } catch (error) {
    throw new Error(`The model ${path} cannot be read; check that it exists and that you may open it.`, {
      cause: error,
    });
  }
}

/** Before it is read: a model of another program may be larger than the memory, and a pipe would be waited for without end. */
async function checkModelFile(path: string): Promise<void> {
  // A file that cannot be examined is told by whoever reads it.
  const found = await stat(path).catch(() => null);
  if (found !== null && !found.isFile()) {
    throw new Error(
      found.isDirectory()
        ? `${path} is a folder; give the name of a model file.`
        : `${path} is not an ordinary file; give the name of a model file.`,
    );
  }
  if (found !== null && found.size > LARGEST_MODEL) {
    throw new Error(
      `${basename(path)} is larger than ${LARGEST_MODEL / 1024 ** 2} MB, so it is not a model of Understudy's; choose one that Understudy saved or exported.`,
    );
  }
}
