import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstallContext } from './installProgress';
import { NPM_FILES, removeInstalled } from './removeInstalled';
import { CommandError } from './runCommand';
import { runNpm } from './runNpm';

/** The line in which npm says why it failed, between those with numbers for programs and advice, a stack and the place of its log. */
const REASON = /^npm (?:error|ERR!) (?!(?:code|errno|syscall|path|dest|command)\b)(.+)/m;
/** What npm has installed. It writes this list last. */
const INSTALLED_LIST = join('node_modules', '.package-lock.json');

/**
 * Whether npm has installed packages to its end. Where it was ended before, a package may be there that has its manifest, but not
 * all of its files.
 * @param packages versions by name
 */
export async function arePackagesInstalled(
  packages: Readonly<Record<string, string>>,
  folder: string,
): Promise<boolean> {
  try {
    const read = async (path: string): Promise<unknown> =>
      JSON.parse(await readFile(join(folder, path), 'utf8'));
    const list = (await read(INSTALLED_LIST)) as { packages: Record<string, { version?: string }> };
    for (const [name, version] of Object.entries(packages)) {
      // npm lists a link, which it makes where it is configured so, without a version.
      const listed = list.packages[`node_modules/${name}`].version ?? version;
      const manifest = (await read(join('node_modules', name, 'package.json'))) as { version: string };
      if (listed !== version || manifest.version !== version) {
        return false;
      }
    }
    return true;
  } catch {
    return false;
  }
}

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
  if (!existsSync(join(folder, INSTALLED_LIST))) {
    // npm would take packages for whole of which it has unpacked a part.
    await removeInstalled(name, folder, NPM_FILES);
  }
  // A package of its own, so that npm touches no project around it.
  await writeFile(join(folder, 'package.json'), '{ "private": true }\n');
  const [main] = Object.keys(packages);
  const wanted = Object.entries(packages).map((entry) => entry.join('@'));
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', ...options];
  try {
    await runNpm(['install', ...flags, ...wanted], folder, context);
  } catch (error) {
    if (!(error instanceof CommandError)) {
      throw error;
    }
    throw new Error(sentenceOn(error, name, main), { cause: error });
  }
  if (!(await arePackagesInstalled(packages, folder))) {
    throw new Error(
      `npm reported no fault, but did not install ${main} into ${folder}. Check npm's configuration, such as "global" and "dry-run", then install again.`,
    );
  }
}

function sentenceOn({ missing, message, output }: CommandError, name: string, main: string): string {
  if (missing) {
    return `${name} is installed with npm, which was not found. Install Node.js from https://nodejs.org first.`;
  }
  const reason = REASON.exec(output)?.[1] ?? message;
  return `npm could not install ${main}. Check the network and npm's configuration, then install again. ${reason}`;
}
