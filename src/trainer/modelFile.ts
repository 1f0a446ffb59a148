/** A personal model in the file formats that it is exported to and imported from: Understudy's own, and those of Keras. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  hasTokens,
  type Checkpoint,
} from '../model/checkpoint/checkpoint';
import { checkpointFromKeras } from '../model/keras/personal/checkpointFromKeras';
import { exportKeras, kerasFormatOf } from '../model/keras/personal/exportKeras';
import { tokenizerNameBeside } from '../model/keras/vocabulary/vocabularyNames';
import { readModel } from './readModel';
import { readTokenizer } from './sharedTokenizer';

interface NamedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/**
 * The files that a model is exported as: itself, or for a name that ends in `.keras` or `.h5` a Keras model and the tokenizer
 * beside it.
 * @param bytes a whole checkpoint, named `source` in errors
 * @throws Error with a sentence for the user when it is damaged, or Keras has no layers for it
 */
export async function exportedParts(bytes: Uint8Array, source: string, path: string): Promise<NamedFile[]> {
  const checkpoint = decodeCheckpoint(bytes, source);
  const format = kerasFormatOf(path);
  if (format === null) {
    return [{ path, bytes }];
  }
  return [
    { path, bytes: await exportKeras(checkpoint, format) },
    { path: tokenizerBeside(path), bytes: Buffer.from(JSON.stringify(checkpoint.tokenizer)) },
  ];
}

/** The file that an export under this name writes besides it; null where there is none. */
export function exportedBeside(path: string): string | null {
  return kerasFormatOf(path) === null ? null : tokenizerBeside(path);
}

/**
 * The checkpoint in a file of either kind, and how it is stored.
 * @param tokenizerPath the one that Understudy comes with
 * @throws CheckpointError or KerasError when it holds no model that can be used, Error when that has another tokenizer or a file
 * cannot be read; each with a sentence for the user
 */
export async function importedModel(
  path: string,
  tokenizerPath: string,
): Promise<{ readonly checkpoint: Checkpoint; readonly bytes: Uint8Array }> {
  const file = await readModel(path);
  const bytes =
    kerasFormatOf(path) === null
      ? file
      : encodeCheckpoint(await checkpointFromKeras(file, basename(path), await readTokenizerBeside(path)));
  const checkpoint = decodeCheckpoint(bytes, path);
  if (!hasTokens(checkpoint, await readTokenizer(tokenizerPath))) {
    throw new Error(
      `${basename(path)} has a different tokenizer from this version of Understudy, so it can be neither the model of a workspace nor the base model; train it again with models/base/tokenizer.json or, if it is a Keras model, choose it as language model.`,
    );
  }
  return { checkpoint, bytes };
}

function tokenizerBeside(path: string): string {
  return join(dirname(path), tokenizerNameBeside(basename(path)));
}

/** Null where there is none beside the model. */
async function readTokenizerBeside(path: string): Promise<string | null> {
  for (const candidate of [tokenizerBeside(path), join(dirname(path), 'tokenizer.json')]) {
    try {
      // A link may lead to a device that never ends.
      if ((await stat(candidate)).isFile()) {
        return await readFile(candidate, 'utf8');
      }
      throw new Error('it is not an ordinary file');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        throw new Error(`The tokenizer ${candidate} cannot be read; check that you may open it.`, {
          cause: error,
        });
      }
    }
  }
  return null;
}
