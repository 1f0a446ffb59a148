/** The engine that always works: TensorFlow.js' WebAssembly backend, on one thread or on several. */
import { join } from 'node:path';
import type { TrainingEngine } from '../engine';
import { TensorNetwork } from '../network/tensorNetwork';
import { loadWasmOps } from './loadWasmOps';
import { ParallelNetwork } from './parallelNetwork';
import { automaticThreads } from './processorCores';
import { WorkerPool } from './workerPool';

export interface WasmEngineOptions {
  /** 1 or more; 0 or absent takes as many as {@link automaticThreads} says. */
  readonly threads?: number;
}

/** @throws Error when the .wasm files cannot be read. */
export async function loadWasmEngine(options: WasmEngineOptions): Promise<TrainingEngine> {
  const wished = options.threads ?? 0;
  const threads = wished > 0 ? wished : automaticThreads();
  const name = 'wasm';
  if (threads === 1) {
    const ops = await loadWasmOps();
    return {
      name,
      description: 'TensorFlow.js in WebAssembly, on one thread',
      createNetwork: (config, weights, seed) => new TensorNetwork(ops, config, weights, seed),
    };
  }
  const pool = startPool(threads);
  await pool.askAll(() => ({ kind: 'load' }));
  return {
    name,
    description: `TensorFlow.js in WebAssembly, on ${threads} threads`,
    createNetwork: (config, weights, seed) => new ParallelNetwork(pool, config, weights, seed),
  };
}

function startPool(threads: number): WorkerPool {
  if (__filename.endsWith('.ts')) {
    // From sources; a thread does not inherit that its process reads TypeScript.
    const source = JSON.stringify(join(__dirname, 'wasmWorker.ts'));
    const start = `require('tsx/cjs/api').register(); require(${source});`;
    return new WorkerPool(threads, start, { eval: true });
  }
  return new WorkerPool(threads, join(__dirname, 'wasmWorker.js'));
}
