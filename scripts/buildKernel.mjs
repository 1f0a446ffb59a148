/** Compiles the generation kernel (src/model/kernel/assembly) to dist/kernel.wasm. */
import asc from 'assemblyscript/asc';
import { mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { exitWith, root } from './setup.mjs';

export const kernelSourceFolder = join(root, 'src', 'model', 'kernel', 'assembly');
const defaultTarget = join(root, 'dist', 'kernel.wasm');

/** Nothing is allocated inside, so the smallest runtime does; the host makes the memory in its final size. */
const options = [
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '--importMemory',
  '--noExportMemory',
];

export async function buildKernel(target = defaultTarget) {
  mkdirSync(dirname(target), { recursive: true });
  const source = relative(root, join(kernelSourceFolder, 'kernel.ts'));
  const { error, stderr } = await asc.main([
    source,
    ...options,
    '--baseDir',
    root,
    '--outFile',
    relative(root, target),
  ]);
  if (error) {
    throw new Error(`The generation kernel does not compile.\n${stderr.toString()}`);
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  buildKernel().catch(exitWith);
}
