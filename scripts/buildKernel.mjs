/** Compiles the generation kernel (src/model/kernel/assembly) to dist/kernel.wasm. */
import asc from 'assemblyscript/asc';
import { mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitWith, root } from './setup.mjs';

const source = 'src/model/kernel/assembly/kernel.ts';
const target = join(root, 'dist', 'kernel.wasm');

/** Nothing is allocated inside, so the smallest runtime does; the host makes the memory in its final size. */
const options = '-O3 --noAssert --runtime stub --enable simd --importMemory --noExportMemory'.split(' ');

export async function buildKernel() {
  mkdirSync(dirname(target), { recursive: true });
  // Test runs may overlap; none must read a file that another is writing.
  const temporary = `${target}.${process.pid}`;
  const { error, stderr } = await asc.main([source, ...options, '--baseDir', root, '--outFile', temporary]);
  if (error) {
    throw new Error(`The generation kernel does not compile.\n${stderr.toString()}`);
  }
  renameSync(temporary, target);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildKernel().catch(exitWith);
}
