import { dirname, join, sep } from 'node:path';
import { readTrainingKernel } from './trainingKernel';
import { WasmOps } from './wasmOps';

/** Folders of .wasm files: that of a built trainer; else the installed package, and where `npm run build` puts the kernels. */
export function wasmFolders(): { readonly tensorFlow: string; readonly kernel: string } {
  if (!__filename.endsWith('.ts')) {
    return { tensorFlow: __dirname, kernel: __dirname };
  }
  const packageFolder = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  return { tensorFlow: join(packageFolder, 'wasm-out'), kernel: join(__dirname, '..', '..', '..', 'dist') };
}

/**
 * TensorFlow.js on its WebAssembly backend, in this thread.
 * @throws Error when the .wasm files cannot be read.
 */
export async function loadWasmOps({ tensorFlow, kernel } = wasmFolders()): Promise<WasmOps> {
  const tf = await import('@tensorflow/tfjs-core');
  const backendWasm = await import('@tensorflow/tfjs-backend-wasm');
  backendWasm.setWasmPaths(tensorFlow + sep);
  if (!(await tf.setBackend('wasm'))) {
    throw new Error(`TensorFlow.js' WebAssembly backend did not start from ${tensorFlow}.`);
  }
  await tf.ready();
  return new WasmOps(tf, await readTrainingKernel(kernel));
}
