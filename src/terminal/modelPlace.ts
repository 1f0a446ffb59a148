/** Where a command may write a model, so that a slip of the keyboard costs nobody a text. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { decodeCheckpoint } from '../model/checkpoint/checkpoint';
import { CheckpointError } from '../model/checkpoint/checkpointError';
import { UsageError } from './commandLine';

/**
 * The absolute path of what `--out` names: nothing yet, or a model, a damaged one too, which the new one may replace.
 * @throws UsageError when a folder or a file of another kind is there
 */
export async function modelPlace(out: string): Promise<string> {
  const path = resolve(out);
  try {
    decodeCheckpoint(await readFile(path), path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
      throw new UsageError(`--out ${out} is a folder; give the name of a file.`);
    }
    if (error instanceof CheckpointError && error.reason === 'foreign') {
      throw new UsageError(
        `--out ${out} is there and is no model, so it is not overwritten; give another name.`,
      );
    }
    // Of what cannot be read or written the training tells more.
  }
  return path;
}
