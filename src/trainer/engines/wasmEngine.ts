/** The engine that always works: TensorFlow.js' WebAssembly backend, on one thread. */
import { dirname, join, sep } from 'node:path';
import type { NetworkConfig, NetworkWeights } from '../../model/networkConfig';
import { RecurrentNetwork } from '../network/recurrentNetwork';
import type { TrainingEngine } from '../engine';
import { WasmOps } from './wasmOps';

export interface WasmEngineOptions {
  /** Folder of `tfjs-backend-wasm*.wasm`; without it they are taken from the installed package. */
  readonly wasmFolder?: string;
}

/** @throws Error when the .wasm files cannot be read. */
export async function loadWasmEngine(options: WasmEngineOptions): Promise<TrainingEngine> {
  const tf = await import('@tensorflow/tfjs-core');
  const backendWasm = await import('@tensorflow/tfjs-backend-wasm');
  const folder =
    options.wasmFolder ??
    join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'wasm-out');
  backendWasm.setWasmPaths(folder + sep);
  if (!(await tf.setBackend('wasm'))) {
    throw new Error(`TensorFlow.js' WebAssembly backend did not start from ${folder}.`);
  }
  await tf.ready();
  const ops = new WasmOps(tf);
  return {
    name: 'wasm',
    description: 'TensorFlow.js in WebAssembly, on one thread',
    createNetwork: (config: NetworkConfig, weights: NetworkWeights, seed: number) =>
      new RecurrentNetwork(ops, config, weights, seed),
  };
}
