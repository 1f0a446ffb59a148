import { dirname, join, sep } from 'node:path';
import { readTrainingKernel } from './trainingKernel';
import { WasmOps } from './wasmOps';

/** Folders of .wasm files. */
export interface WasmFolders {
  readonly tensorFlow: string;
  readonly kernel: string;
}

/** As they lie when the trainer runs from its sources: in the installed package, and where `npm run build` puts the kernel. */
export function wasmFoldersOfSources(): WasmFolders {
  const packageFolder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  return { tensorFlow: join(packageFolder, 'wasm-out'), kernel: join(__dirname, '..', '..', '..', 'dist') };
}

/**
 * TensorFlow.js on its WebAssembly backend, in this thread.
 * @throws Error when the .wasm files cannot be read.
 */
export async function loadWasmOps({ tensorFlow, kernel }: WasmFolders): Promise<WasmOps> {
  const tf = await import('@tensorflow/tfjs-core');
  const backendWasm = await import('@tensorflow/tfjs-backend-wasm');
  backendWasm.setWasmPaths(tensorFlow + sep);
  if (!(await tf.setBackend('wasm'))) {
    throw new Error(`TensorFlow.js' WebAssembly backend did not start from ${tensorFlow}.`);
  }
  await tf.ready();
  return new WasmOps(tf, await readTrainingKernel(kernel));
}
