/** A network out of a Keras file, with the vocabulary that lies beside it. It runs in the generator's own thread. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { foreignModelOf } from '../../model/bridge/foreignModelOf';
import type { ForeignModel } from '../../model/bridge/foreignModel';
import { readKerasModel } from '../../model/keras/readKerasModel';
import { readVocabulary } from '../../model/keras/vocabulary/readVocabulary';
import { checkVocabularySize } from '../../model/keras/vocabulary/vocabulary';
import { vocabularyNamesBeside } from '../../model/keras/vocabulary/vocabularyNames';
import type { HalfChoice } from '../../protocol/generatorProtocol';

/** A file is read into memory whole, and its network runs on one thread: a larger one would be of no use. */
const LARGEST_MODEL = 1024 ** 3;
const LARGEST_VOCABULARY_FILE = 64 * 1024 ** 2;

/** @throws Error with one sentence, by rejecting, when the model or its vocabulary cannot be used */
export async function openKeras({ path, vocabularyPath }: Extract<HalfChoice, { kind: 'keras' }>): Promise<{
  readonly model: ForeignModel;
  readonly description: string;
}> {
  const name = basename(path);
  const network = await readKerasModel(readLimited(path, 'model', LARGEST_MODEL), name);
  const found = vocabularyPath ?? vocabularyBeside(path);
  const vocabularyName = basename(found);
  const text = Buffer.from(readLimited(found, 'vocabulary', LARGEST_VOCABULARY_FILE)).toString('utf8');
  const vocabulary = readVocabulary(text, vocabularyName);
  checkVocabularySize(vocabulary, vocabularyName, network.vocabSize, name);
  return {
    model: foreignModelOf(network, vocabulary),
    description: `${name} with ${vocabularyName} (Keras; ${network.description})`,
  };
}

function vocabularyBeside(path: string): string {
  const names = vocabularyNamesBeside(basename(path));
  const found = names.map((name) => join(dirname(path), name)).find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new Error(
      `${basename(path)} has no vocabulary beside it, which says what its numbers stand for. Put its tokenizer.json there, or choose the file.`,
    );
  }
  return found;
}

function readLimited(path: string, what: string, largest: number): Uint8Array {
  try {
    if (statSync(path).size <= largest) {
      return readFileSync(path);
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new Error(`The ${what} ${path} cannot be read (${detail}). Check that it exists.`, {
      cause: error,
    });
  }
  throw new Error(
    `The ${what} ${basename(path)} is larger than ${Math.round(largest / 1024 ** 2)} MB and would be too slow. Choose a smaller one.`,
  );
}
