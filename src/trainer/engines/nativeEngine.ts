/** The fast engine: TensorFlow's C library through tfjs-node, which is optional and installed by the user's wish. */
import util from 'node:util';
import type { TrainingEngine } from '../engine';
import { TensorNetwork } from '../network/tensorNetwork';
import type { TensorFlow } from '../network/tensorOps';
import { startInstalled, type EnginePackage } from './enginePackages';
import type { NativeBackend } from './nativeKernels';
import { NativeOps } from './nativeOps';
import { fasterPrecision, type Precision } from './nativeProducts';

interface NativeEngineOptions {
  /** Folders into which the native engine may have been installed, tried in order after the optional package. */
  readonly nativeFolders?: readonly string[];
  /** Of the matrix products; without it, bfloat16 where a short timing finds it faster. */
  readonly precision?: Precision;
}

/** @throws Error that says how to install it, and what was found in each place. */
export async function loadNativeEngine(options: NativeEngineOptions = {}): Promise<TrainingEngine> {
  const tf = await startInstalled('native', options.nativeFolders ?? [], startTensorFlow);
  // All copies of TensorFlow.js in a process share one active backend, which may have been another since the first load.
  if (!(await tf.setBackend('tensorflow'))) {
    throw new Error("The native engine did not start: TensorFlow's backend could not be made active.");
  }
  const backend = tf.backend() as unknown as NativeBackend;
  const precision = options.precision ?? timedPrecision(tf, backend);
  const ops = new NativeOps(tf, backend, precision);
  const device = backend.isUsingGpuDevice ? 'GPU' : 'CPU';
  const description = `TensorFlow ${backend.binding.TF_Version} on the ${device}`;
  return {
    name: 'native',
    description: precision === 'bfloat16' ? `${description}, products in bfloat16` : description,
    createNetwork: (config, weights, seed) => new TensorNetwork(ops, config, weights, seed),
  };
}

function timedPrecision(tf: TensorFlow, backend: NativeBackend): Precision {
  return tf.tidy(() => fasterPrecision(backend, tf.ones([256, 512]), tf.ones([512, 1024])));
}

function startTensorFlow({ requireFrom, name }: EnginePackage): TensorFlow {
  // tfjs-node calls two functions that Node 23 dropped. Nothing else about it is changed.
  const dropped = util as unknown as Record<string, unknown>;
  dropped['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  dropped['isArray'] ??= Array.isArray;
  // TensorFlow tells of its start-up on the console. What is wrong with an op comes as an exception all the same.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  return requireFrom(name) as TensorFlow;
}
