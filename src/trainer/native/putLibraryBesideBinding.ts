import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { patiently } from '../training/saveFile';

/**
 * Windows looks for a library beside the binding that needs it. tfjs-node's script puts the library into the folder of Node's newest
 * N-API version, but the binding into that of the newest version that tfjs-node knows.
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
