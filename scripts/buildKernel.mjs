/** Compiles the generation kernel (src/model/kernel/assembly) and the training kernel (src/trainer/engines/assembly) to dist. */
import asc from 'assemblyscript/asc';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { exitWith, isStarted, root } from './setup.mjs';

const dist = join(root, 'dist');

/**
 * The kernel allocates nothing, so the smallest runtime is enough; the host provides the memory. `--debug` adds no more than the
 * names of the functions, by which profiles show them.
 */
const options = '-O3 --debug --noAssert --runtime stub --enable simd --importMemory --noExportMemory'.split(
  ' ',
);

export function buildKernel() {
  return compile('src/model/kernel/assembly/kernel.ts', 'kernel.wasm');
}

export async function buildTrainingKernel() {
  const source = 'src/trainer/engines/assembly/trainingKernel.ts';
  await compile(source, 'training-kernel.wasm');
  await compile(source, 'training-kernel-relaxed.wasm', ['--enable', 'relaxed-simd']);
  // A module works either on memory that threads share, of up to so many pages, or on memory that they do not.
  const shared = ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'];
  await compile(source, 'training-kernel-shared.wasm', shared);
}

async function compile(source, name, more = []) {
  mkdirSync(dist, { recursive: true });
  // Test runs may overlap, and none must read a file that another is writing.
  const temporary = join(dist, `${name}.${process.pid}`);
  const given = [source, ...options, ...more, '--baseDir', root, '--outFile', temporary];
  const { error, stderr } = await asc.main(given);
  if (error) {
    throw new Error(`${source} does not compile.\n${stderr.toString()}`);
  }
  renameSync(temporary, join(dist, name));
}

if (isStarted(import.meta.url)) {
  buildKernel().then(buildTrainingKernel).catch(exitWith);
}
