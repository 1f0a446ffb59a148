/** Compiles tfjs-node's two source files, which connect Node to TensorFlow's C interface. */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { InstallContext } from './installProgress';
import { LIBRARIES, nativePaths } from './pinnedFiles';
import { CommandError, runCommand } from './runCommand';

/** The `CXX` environment variable first, as everywhere. */
function compilers(): string[] {
  const chosen = process.env['CXX'];
  return [...(chosen ? [chosen] : []), 'g++', 'clang++', 'c++'];
}

/**
 * The compiler that will be used.
 * @throws Error that says how to get one
 */
export async function findCompiler({ signal }: InstallContext): Promise<string> {
  for (const compiler of compilers()) {
    try {
      await runCommand(compiler, ['--version'], { signal });
      return compiler;
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new Error(
    'The native engine needs a C++ compiler here and none was found. Install one (on Debian or Ubuntu: ' +
      '"sudo apt install g++", on Fedora: "sudo dnf install gcc-c++") and install the engine again.',
  );
}

/** @throws Error with the compiler's last words */
export async function compileBinding(
  compiler: string,
  folder: string,
  context: InstallContext,
): Promise<void> {
  const { packageFolder, headersFolder, librariesFolder, includeFolder, compiledBinding } =
    nativePaths(folder);
  context.onProgress({ message: 'Compiling the connection to TensorFlow (about 10 s)' });
  const sources = join(packageFolder, 'binding');
  const files = (await readdir(sources)).filter((name) => name.endsWith('.cc'));
  await mkdir(dirname(compiledBinding), { recursive: true });
  const partial = `${compiledBinding}.partial`;
  // Relative to the binding, so that the folder may be moved.
  const libraries = `$ORIGIN/${relative(dirname(compiledBinding), librariesFolder)}`;
  try {
    await runCommand(
      compiler,
      [
        ...['-O2', '-std=c++17', '-shared', '-fPIC', '-DNAPI_VERSION=8'],
        ...[headersFolder, includeFolder, sources].map((path) => `-I${path}`),
        // The sources include "../binding/…" by way of this folder.
        `-I${join(sources, '..')}`,
        ...files.map((name) => join(sources, name)),
        ...[
          '-o',
          partial,
          `-L${librariesFolder}`,
          ...[...LIBRARIES.keys()].map((library) => `-l:${library}`),
        ],
        `-Wl,-rpath,${libraries}`,
      ],
      { signal: context.signal },
    );
  } catch (error) {
    if (error instanceof CommandError) {
      const fault = error.output.split('\n').find((line) => line.includes('error')) ?? error.message;
      throw new Error(`${compiler} could not compile tfjs-node's binding: ${fault}`, { cause: error });
    }
    throw error;
  }
  await rename(partial, compiledBinding);
}
