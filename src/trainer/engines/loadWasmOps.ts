import { dirname, join, sep } from 'node:path';
import { WasmOps } from './wasmOps';

/** Folder of `tfjs-backend-wasm*.wasm` in the installed package. */
export function packagedWasmFolder(): string {
  return join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
}

/**
 * TensorFlow.js on its WebAssembly backend, in this thread.
 * @throws Error when the .wasm files cannot be read.
 */
export async function loadWasmOps(folder: string): Promise<WasmOps> {
  const tf = await import('@tensorflow/tfjs-core');
  const backendWasm = await import('@tensorflow/tfjs-backend-wasm');
  backendWasm.setWasmPaths(folder + sep);
  if (!(await tf.setBackend('wasm'))) {
    throw new Error(`TensorFlow.js' WebAssembly backend did not start from ${folder}.`);
  }
  await tf.ready();
  return new WasmOps(tf);
}
