/** The fast engine: TensorFlow's C library through tfjs-node, which is optional and installed by the user's wish. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import type { TrainingEngine } from '../engine';
import { TensorNetwork } from '../network/tensorNetwork';
import type { TensorFlow } from '../network/tensorOps';
import type { NativeBackend } from './nativeKernels';
import { NativeOps } from './nativeOps';
import { fasterPrecision, type Precision } from './nativeProducts';

interface NativeEngineOptions {
  /** Folders into which the native engine may have been installed, tried in order after the optional package. */
  readonly nativeFolders?: readonly string[];
  /** Of the matrix products; without it, bfloat16 where a short timing finds it faster. */
  readonly precision?: Precision;
}

/** The GPU's package first: it runs on the processor too where there is no CUDA. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** @throws Error that says how to install it, and what was found in each place. */
export async function loadNativeEngine(options: NativeEngineOptions = {}): Promise<TrainingEngine> {
  const tf = loadTensorFlow(options.nativeFolders ?? []);
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

function loadTensorFlow(folders: readonly string[]): TensorFlow {
  const failures: string[] = [];
  for (const from of [__filename, ...folders.map((folder) => join(folder, 'package.json'))]) {
    const requireFrom = createRequire(from);
    for (const name of PACKAGES) {
      const manifest = resolvedOrNull(requireFrom, `${name}/package.json`);
      if (manifest === null) {
        continue;
      }
      // A package whose binding was not built registers half of itself before it fails, so it is not even started.
      if (!hasBinding(dirname(manifest))) {
        failures.push(`${dirname(manifest)} has no compiled binding`);
        continue;
      }
      try {
        return startTensorFlow(requireFrom, name);
      } catch (error) {
        failures.push(`${dirname(manifest)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  const found = failures.length === 0 ? '' : ` Found: ${failures.join('; ')}.`;
  throw new Error(
    `The native engine is not installed. Run the command "Understudy: Install Native Engine" or "npm run native".${found}`,
  );
}

function startTensorFlow(requireFrom: NodeJS.Require, name: string): TensorFlow {
  // tfjs-node calls two functions that Node 23 dropped. Nothing else about it is changed.
  const dropped = util as unknown as Record<string, unknown>;
  dropped['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  dropped['isArray'] ??= Array.isArray;
  // TensorFlow tells of its start-up on the console. What is wrong with an op comes as an exception all the same.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  return requireFrom(name) as TensorFlow;
}

function resolvedOrNull(requireFrom: NodeJS.Require, request: string): string | null {
  try {
    return requireFrom.resolve(request);
  } catch {
    return null;
  }
}

function hasBinding(packageFolder: string): boolean {
  const lib = join(packageFolder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((name) => existsSync(join(lib, name, 'tfjs_binding.node')));
}
