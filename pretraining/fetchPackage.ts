import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CodePackage } from './codePackageList';

const run = promisify(execFile);

/** The folder in `cacheFolder` that holds a package's unpacked files. */
export function packageFolder(cacheFolder: string, { name, version }: CodePackage): string {
  return join(cacheFolder, `${name}@${version}`.replace(/[/:]/g, '_'));
}

/**
 * Downloads and unpacks one package with the registry's own client, unless an earlier run has. The folder gets its
 * final name only when it is complete, so a killed run leaves nothing that looks finished.
 *
 * @throws with the client's own message when the package cannot be fetched
 */
export async function fetchPackage(cacheFolder: string, item: CodePackage): Promise<string> {
  const folder = packageFolder(cacheFolder, item);
  if (existsSync(folder)) {
    return folder;
  }
  const partial = `${folder}.partial`;
  const downloads = `${folder}.download`;
  await rm(partial, { recursive: true, force: true });
  await rm(downloads, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await mkdir(downloads, { recursive: true });
  if (item.kind === 'npm') {
    const specifier = `${item.name}@${item.version}`;
    await run('npm', ['pack', specifier, '--ignore-scripts', '--silent'], { cwd: downloads });
    await unpack(downloads, /\.tgz$/, (archive) => run('tar', ['-xzf', archive, '-C', partial]));
  } else if (item.kind === 'deb') {
    await downloadDeb(item, downloads);
    await unpack(downloads, /\.deb$/, (archive) => run('dpkg-deb', ['-x', archive, partial]));
  } else {
    await run('apt-get', ['source', '--download-only', `${item.name}=${item.version}`], { cwd: downloads });
    await unpack(downloads, /\.orig\.tar\.\w+$/, (archive) => run('tar', ['-xf', archive, '-C', partial]));
  }
  await rm(downloads, { recursive: true });
  await rename(partial, folder);
  return folder;
}

/** A security update may have replaced the version in the list; then the current version is taken. */
async function downloadDeb(item: CodePackage, folder: string): Promise<void> {
  try {
    await run('apt-get', ['download', `${item.name}=${item.version}`], { cwd: folder });
  } catch {
    await run('apt-get', ['download', item.name], { cwd: folder });
  }
}

async function unpack(
  folder: string,
  pattern: RegExp,
  extract: (archive: string) => Promise<unknown>,
): Promise<void> {
  const archives = (await readdir(folder)).filter((name) => pattern.test(name));
  if (archives.length === 0) {
    throw new Error(`The download left no archive like ${pattern.source}.`);
  }
  for (const archive of archives) {
    await extract(join(folder, archive));
  }
}
