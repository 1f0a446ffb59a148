/**
 * Installs llama.cpp, which runs GGUF models, into a folder of its own: node-llama-cpp and its program for this system, as npm has
 * them. As a dependency it would bring programs for graphics cards, of hundreds of megabytes, and an install script.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import type { InstallContext } from './installProgress';
import { CommandError } from './runCommand';
import { runNpm } from './runNpm';

const PACKAGE = 'node-llama-cpp';
export const LLAMA_VERSION = '3.22.1';
/** By platform and architecture; those of macOS use its graphics processor. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'linux x64': 'linux-x64',
  'linux arm64': 'linux-arm64',
  'darwin arm64': 'mac-arm64-metal',
  'darwin x64': 'mac-x64',
  'win32 x64': 'win-x64',
  'win32 arm64': 'win-arm64',
};

/** What to tell the user before anything is downloaded. */
export function describeLlama(folder: string): string {
  return `llama.cpp, which runs GGUF models: downloads about 25 MB from npm and takes about 90 MB in ${folder}.`;
}

export async function isLlamaInstalled(folder: string): Promise<boolean> {
  try {
    const manifest = await readFile(join(folder, 'node_modules', PACKAGE, 'package.json'), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    return version === LLAMA_VERSION && existsSync(join(folder, 'node_modules', '@node-llama-cpp'));
  } catch {
    return false;
  }
}

/** @throws Error that says what is missing and how to get it; the signal's reason when it was cancelled */
export async function installLlama(folder: string, context: InstallContext): Promise<void> {
  const program = PROGRAMS[`${process.platform} ${process.arch}`];
  if (program === undefined) {
    throw new Error(
      `There is no prebuilt llama.cpp for ${process.platform} ${process.arch}. Run a llama.cpp server there and choose it by its address.`,
    );
  }
  await mkdir(folder, { recursive: true });
  const release = await lock(folder).catch(() => {
    throw new Error(`llama.cpp is being installed into ${folder} already. Wait until that has ended.`);
  });
  try {
    if (await isLlamaInstalled(folder)) {
      return;
    }
    context.onProgress({ step: 'packages', message: 'Installing llama.cpp from npm' });
    // A package of its own, so that npm touches no project around it.
    await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
    const wanted = [`${PACKAGE}@${LLAMA_VERSION}`, `@node-llama-cpp/${program}@${LLAMA_VERSION}`];
    const options = ['--omit=optional', '--omit=peer', '--ignore-scripts', '--no-audit', '--no-fund'];
    await runNpm(['install', ...options, ...wanted], folder, context);
  } catch (error) {
    if (error instanceof CommandError) {
      throw new Error(
        error.missing
          ? 'llama.cpp is installed with npm, which was not found. Install Node.js from https://nodejs.org and install llama.cpp again.'
          : `npm could not install llama.cpp. Check the network and npm's configuration, then install again. ${error.message}`,
        { cause: error },
      );
    }
    throw error;
  } finally {
    await release();
  }
}

/** Removes everything in `folder` that {@link installLlama} put there. */
export async function removeLlama(folder: string): Promise<void> {
  for (const name of ['node_modules', 'package-lock.json', 'package.json']) {
    await rm(join(folder, name), { recursive: true, force: true });
  }
}
