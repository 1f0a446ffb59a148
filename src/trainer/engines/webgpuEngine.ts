/** The engine for a GPU of any vendor: TensorFlow.js on WebGPU. Its packages are optional. */
import type { TrainingEngine } from '../engine';
import { TensorNetwork } from '../network/tensorNetwork';
import { startWebgpu, type WebgpuDevice } from './webgpuDevice';
import { WebgpuOps } from './webgpuOps';

export interface WebgpuEngineOptions {
  /** Folders where the optional engines may have been installed, tried in order after this program's own packages. */
  readonly nativeFolders?: readonly string[];
  /** Refuses an adapter that computes in software. */
  readonly requireGpu?: boolean;
}

let started: WebgpuDevice | null = null;

/** @throws Error that says what is missing: the packages, a device, or a real GPU where one is required */
export async function loadWebgpuEngine(options: WebgpuEngineOptions = {}): Promise<TrainingEngine> {
  started ??= await startWebgpu(options.nativeFolders ?? []);
  const { tf, description, isSoftware, fault } = started;
  if (isSoftware && options.requireGpu === true) {
    throw new Error(`No GPU was found: ${description}.`);
  }
  if (!(await tf.setBackend('webgpu'))) {
    throw new Error("TensorFlow.js' WebGPU backend did not start.");
  }
  const ops = new WebgpuOps(tf, fault);
  return {
    name: 'webgpu',
    description,
    createNetwork: (config, weights, seed) => new TensorNetwork(ops, config, weights, seed),
  };
}
