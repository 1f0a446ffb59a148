import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { vocabularyNamesBeside } from '../../model/keras/vocabulary/vocabularyNames';

/** The vocabulary that lies beside a Keras model; null when there is none. */
export function vocabularyBeside(modelPath: string): string | null {
  const names = vocabularyNamesBeside(basename(modelPath));
  return names.map((name) => join(dirname(modelPath), name)).find((path) => existsSync(path)) ?? null;
}
