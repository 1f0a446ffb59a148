/** Where the parts that the terminal tool starts and reads lie: beside it, in the folder that it was installed to. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ProductPaths {
  /** The trainer's process, the generator's thread and the network kernel, as built. */
  readonly trainer: string;
  readonly generator: string;
  readonly kernel: string;
  readonly tokenizer: string;
  /** Null where there is no base model. */
  readonly baseModel: string | null;
  /** This project's own folder, which `try` reads when no other is given. */
  readonly root: string;
  readonly version: string;
}

/** What the installation comes with. @param root the folder of package.json */
export function productPaths(root: string): ProductPaths {
  const built = (name: string) => join(root, 'dist', name);
  const baseModel = join(root, 'models', 'base', 'model.safetensors');
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    trainer: built('trainer.js'),
    generator: built('generator.js'),
    kernel: built('kernel.wasm'),
    tokenizer: join(root, 'models', 'base', 'tokenizer.json'),
    baseModel: existsSync(baseModel) ? baseModel : null,
    root,
    version,
  };
}
