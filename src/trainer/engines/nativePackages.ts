/** Where the native engine is installed. Nothing of it is loaded here, so that any process may look. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface NativePackage {
  readonly name: string;
  readonly folder: string;
  readonly requireFrom: NodeJS.Require;
}

/** The GPU's package first: it runs on the processor too where there is no CUDA. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

interface FoundPackages {
  /** Those that can be started, in the order to try them: those of this program, then those of each folder. */
  readonly packages: readonly NativePackage[];
  /** What else was found, and why it cannot be used. */
  readonly failures: readonly string[];
}

/** @throws Error that says how to install one, and what was found in each place, when no package can be started */
export function nativePackages(folders: readonly string[]): FoundPackages {
  const packages: NativePackage[] = [];
  const failures: string[] = [];
  for (const from of [__filename, ...folders.map((folder) => join(folder, 'package.json'))]) {
    const requireFrom = createRequire(from);
    for (const name of PACKAGES) {
      const manifest = resolvedOrNull(requireFrom, `${name}/package.json`);
      if (manifest === null) {
        continue;
      }
      const folder = dirname(manifest);
      // A package whose binding was not built registers half of itself before it fails, so it is not even started.
      if (hasBinding(folder)) {
        packages.push({ name, folder, requireFrom });
      } else {
        failures.push(`${folder} has no compiled binding`);
      }
    }
  }
  if (packages.length === 0) {
    throw nativeNotInstalled(failures);
  }
  return { packages, failures };
}

/** @param failures what was found instead, and why it does not serve */
export function nativeNotInstalled(failures: readonly string[]): Error {
  const found = failures.length === 0 ? '' : ` Found: ${failures.join('; ')}.`;
  return new Error(
    `The native engine is not installed. Run the command "Understudy: Install Native Engine" or "npm run native".${found}`,
  );
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
