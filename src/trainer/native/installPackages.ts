import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstallContext } from './installProgress';
import { CommandError } from './runCommand';
import { runNpm } from './runNpm';

/**
 * Installs packages from npm, without their install scripts.
 * @param name of what they make up, as a sentence about it begins
 * @param packages versions by name, the main one first
 * @param options of npm
 * @throws Error with a sentence for the user, or the signal's reason
 */
export async function installPackages(
  name: string,
  packages: Readonly<Record<string, string>>,
  options: readonly string[],
  folder: string,
  context: InstallContext,
): Promise<void> {
  // A package of its own, so that npm touches no project around it.
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const wanted = Object.entries(packages).map((entry) => entry.join('@'));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', ...options];
  try {
    await runNpm(['install', ...flags, ...wanted], folder, context);
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    throw new Error(
      error.missing
        ? `${name} is installed with npm, which was not found. Install Node.js from https://nodejs.org first.`
        : `npm could not install ${Object.keys(packages)[0]}. Check the network and npm's configuration, then install again. ${error.message}`,
      { cause: error },
    );
  }
}
