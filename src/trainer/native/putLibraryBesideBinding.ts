import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { patiently } from '../training/saveFile';

/**
 * Windows looks for a library beside the binding that needs it. tfjs-node's script puts it into the folder of the newest interface
 * that Node has, and the binding stands in that of the newest one which tfjs-node knows.
 */
export async function putLibraryBesideBinding(packageFolder: string): Promise<void> {
  const library = join(packageFolder, 'deps', 'lib', 'tensorflow.dll');
  if (!existsSync(library)) {
    return;
  }
  const lib = join(packageFolder, 'lib');
  for (const name of await readdir(lib)) {
    const beside = join(lib, name, 'tensorflow.dll');
    if (existsSync(join(lib, name, 'tfjs_binding.node'))) {
      await patiently(() => rename(library, beside));
    } else {
      await rm(beside, { force: true });
    }
  }
}
