import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(__dirname, '..', '..');
const dist = join(root, 'dist');
const buildScript = join(root, 'scripts', 'buildKernel.mjs');
const generation = join(root, 'src', 'model', 'kernel', 'assembly');
const training = join(root, 'src', 'trainer', 'engines', 'assembly');

/** Content of kernel.wasm, compiled now when it is missing or older than its source. */
export async function kernelBytes(): Promise<Uint8Array> {
  const compiled = join(dist, 'kernel.wasm');
  await compileFrom([generation], compiled, 'buildKernel');
  return readFileSync(compiled);
}

/** Folder of the training kernels, compiled likewise; they share some of the other's source. */
export async function trainingKernelFolder(): Promise<string> {
  await compileFrom([generation, training], join(dist, 'training-kernel-shared.wasm'), 'buildTrainingKernel');
  return dist;
}

async function compileFrom(
  folders: readonly string[],
  compiled: string,
  build: 'buildKernel' | 'buildTrainingKernel',
): Promise<void> {
  const sources = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const newest = Math.max(...[buildScript, ...sources].map((path) => statSync(path).mtimeMs));
  if (!existsSync(compiled) || statSync(compiled).mtimeMs < newest) {
    const script = (await import(pathToFileURL(buildScript).href)) as Record<
      typeof build,
      () => Promise<void>
    >;
    await script[build]();
  }
}
