/** Where the files lie that Understudy comes with, for the extension and for the terminal tool. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Absolute paths. */
export interface ShippedFiles {
  /** The trainer's process, the generator's thread and the network kernel, as built. */
  readonly trainer: string;
  readonly generator: string;
  readonly kernel: string;
  readonly tokenizer: string;
  /** Null in a build without a base model. */
  readonly baseModel: string | null;
}

/** @param root the folder of package.json */
export function shippedFiles(root: string): ShippedFiles {
  const built = (name: string): string => join(root, 'dist', name);
  const base = (name: string): string => join(root, 'models', 'base', name);
  return {
    trainer: built('trainer.js'),
    generator: built('generator.js'),
    kernel: built('kernel.wasm'),
    tokenizer: base('tokenizer.json'),
    baseModel: existsSync(base('model.safetensors')) ? base('model.safetensors') : null,
  };
}
