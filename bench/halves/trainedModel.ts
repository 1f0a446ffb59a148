/** The personal network of one workspace, trained once on its train files and kept. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DEFAULT_TRAINING, type EngineName } from '../../src/protocol/trainerProtocol';
import { holdOutFromTraining, type FileText } from '../../src/terminal/split';
import type { Terminal } from '../../src/terminal/terminal';
import { startingModel, trainModel } from '../../src/terminal/trainModel';

/** @returns the path of the model; null when training gave none that is better than the base model */
export async function trainedModel(
  terminal: Terminal,
  folder: string,
  train: readonly FileText[],
  cacheFolder: string,
  { seconds, engine }: { readonly seconds: number; readonly engine: EngineName | 'auto' },
): Promise<string | null> {
  const { baseModel, tokenizer } = terminal.product;
  const hash = createHash('sha256').update(JSON.stringify([folder, seconds, engine]));
  for (const path of [baseModel, tokenizer]) {
    hash.update(path === null ? '' : await readFile(path));
  }
  const key = hash.digest('hex').slice(0, 16);
  const modelPath = join(cacheFolder, `${basename(folder)}-${key}.safetensors`);
  if (!existsSync(modelPath)) {
    await mkdir(cacheFolder, { recursive: true });
    const options = { ...DEFAULT_TRAINING, seconds, engine };
    await trainModel(
      terminal,
      {
        folders: [folder],
        split: holdOutFromTraining(folder, train, options.seed),
        modelPath,
        resumePath: `${modelPath}.resume`,
        initialModelPath: await startingModel([baseModel], options),
        options,
      },
      'What it saved is kept: the same command goes on from there.',
    );
  }
  return existsSync(modelPath) ? modelPath : null;
}
