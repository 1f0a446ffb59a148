/** Where a command may write a model: never over a text, so that a typing error destroys none. */
import { readFile, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { decodeCheckpoint } from '../model/checkpoint/checkpoint';
import { CheckpointError } from '../model/checkpoint/checkpointError';
import type { ModelPlaces } from '../trainer/modelStore';
import { isForeignFile } from '../trainer/training/resumeFile';
import { UsageError } from './commandLine';

/**
 * The absolute path of what `--out` names. Nothing may be there yet, or a model, damaged or not, which the new one may replace.
 * @throws UsageError when a folder, a device or a file of another kind is there
 */
export async function modelPlace(out: string): Promise<string> {
  const path = resolve(out);
  const found = await stat(path).catch(() => null);
  if (found !== null && !found.isFile() && !found.isDirectory()) {
    throw new UsageError(`--out ${out} is not an ordinary file; give the name of one, or leave --out out.`);
  }
  try {
    decodeCheckpoint(await readFile(path), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
      throw new UsageError(`--out ${out} is a folder; give the name of a file.`);
    }
    if (error instanceof CheckpointError && error.reason === 'foreign') {
      throw new UsageError(
        `--out ${out} is there and is not a model, so it is not overwritten; give another name.`,
      );
    }
    // The training itself reports a file that cannot be read or written.
  }
  return path;
}

/**
 * The same for a training, which keeps beside it how far it is.
 * @throws UsageError also when a file of another kind has that name
 */
export async function trainingPlaces(out: string): Promise<ModelPlaces> {
  const modelPath = await modelPlace(out);
  const resumePath = `${modelPath}.resume`;
  if (await isForeignFile(resumePath)) {
    throw new UsageError(
      `--out ${out} needs the name ${basename(resumePath)}, too, to keep how far the training is, and another file has it; give another name.`,
    );
  }
  return { modelPath, resumePath };
}
