/** Where the optional engines are installed. Nothing of them is loaded here, so that any process may look. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { asError } from '../../protocol/asError';
import type { EngineName } from '../../protocol/trainerProtocol';

export interface EnginePackage {
  readonly name: string;
  readonly folder: string;
  readonly requireFrom: NodeJS.Require;
}

interface OptionalEngine {
  /** Any one of these is the engine, the best first. */
  readonly names: readonly string[];
  /** Why a package that is there cannot be started; null when it can. */
  readonly lack: (found: EnginePackage) => string | null;
  /** Says how to install it; `found` is what was found instead, or nothing. */
  readonly notInstalled: (found: string) => string;
}

const OPTIONAL_ENGINES: Readonly<Record<Exclude<EngineName, 'wasm'>, OptionalEngine>> = {
  native: {
    // The GPU's package runs on the processor too where there is no CUDA.
    names: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
    // A package whose binding was not built registers half of itself before it fails, so it is not even started.
    lack: ({ folder }) => (hasBinding(folder) ? null : `${folder} has no compiled binding`),
    notInstalled: (found) =>
      `The native engine is not installed. Run the command "Understudy: Install Native Engine" (or "npm run native" in a checkout).${found}`,
  },
  webgpu: {
    names: ['webgpu'],
    lack: ({ folder, requireFrom }) => {
      const missing = ['@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-core'].filter(
        (name) => manifestOf(requireFrom, name) === null,
      );
      return missing.length === 0 ? null : `${folder} is without ${missing.join(', ')}`;
    },
    notInstalled: (found) =>
      `The WebGPU engine is not installed. Run the command "Understudy: Install WebGPU Engine" (or "npm ci" in a checkout), or choose another engine.${found}`,
  },
};

interface FoundPackages {
  /** Those that can be started, in the order to try them. */
  readonly packages: readonly EnginePackage[];
  /** What else was found, and why it cannot be used. */
  readonly failures: readonly string[];
}

/**
 * @param folders whose packages count, in this order, as do those of the folders around them
 * @throws Error that says how to install the engine, and what was found instead, when it is not installed in any of them
 */
export function requireInstalled(engine: EngineName | 'auto', folders: readonly string[]): void {
  if (engine !== 'auto' && engine !== 'wasm') {
    findPackages(engine, folders);
  }
}

/**
 * What `start` makes of the first package of an engine for which it does not throw.
 * @param folders as in {@link requireInstalled}, tried after this program's own
 * @throws Error that says how to install the engine, and what was found instead, when no package can be started
 */
export async function startInstalled<T>(
  engine: keyof typeof OPTIONAL_ENGINES,
  folders: readonly string[],
  start: (found: EnginePackage) => T | Promise<T>,
): Promise<T> {
  const { packages, failures } = findPackages(engine, [__dirname, ...folders]);
  const faults: string[] = [];
  for (const found of packages) {
    try {
      return await start(found);
    } catch (error) {
      faults.push(`${found.folder} could not be started: ${asError(error).message}`);
    }
  }
  throw notInstalled(engine, [...failures, ...faults]);
}

function findPackages(engine: keyof typeof OPTIONAL_ENGINES, folders: readonly string[]): FoundPackages {
  const { names, lack } = OPTIONAL_ENGINES[engine];
  const packages: EnginePackage[] = [];
  const failures: string[] = [];
  for (const requireFrom of folders.map((folder) => createRequire(join(folder, 'package.json')))) {
    for (const name of names) {
      const manifest = manifestOf(requireFrom, name);
      if (manifest === null) {
        continue;
      }
      const found = { name, folder: dirname(manifest), requireFrom };
      const failure = lack(found);
      if (failure === null) {
        packages.push(found);
      } else {
        failures.push(failure);
      }
    }
  }
  if (packages.length === 0) {
    throw notInstalled(engine, failures);
  }
  return { packages, failures };
}

/** @param failures what was found instead, and why it does not serve */
export function notInstalled(engine: keyof typeof OPTIONAL_ENGINES, failures: readonly string[]): Error {
  const found = failures.length === 0 ? '' : ` What was found is not usable: ${inOneClause(failures)}.`;
  return new Error(OPTIONAL_ENGINES[engine].notInstalled(found));
}

/**
 * In words and not by a semicolon alone, so that each failure is found when the sentence is translated: of the texts of which it is
 * made, the longest is matched first, and this one is longer than those of failures and shorter than the one around them.
 */
function inOneClause([first, ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first}; found, too, and not usable: ${inOneClause(others)}`;
}

function manifestOf(requireFrom: NodeJS.Require, name: string): string | null {
  try {
    return requireFrom.resolve(`${name}/package.json`);
  } catch {
    return null;
  }
}

function hasBinding(packageFolder: string): boolean {
  const lib = join(packageFolder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((name) => existsSync(join(lib, name, 'tfjs_binding.node')));
}
