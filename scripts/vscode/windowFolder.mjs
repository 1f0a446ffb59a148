import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';

/**
 * A temporary folder for one window: a copy of the workspace, which tests may change, and a place for the profile. A
 * multi-root workspace is named by its `.code-workspace` file, and the folder that holds the file is copied. Names are short, as VS
 * Code makes a socket in the profile, whose whole path may have 103 characters on macOS.
 * @param {string | null} source the workspace; null for a window without one
 */
export async function windowFolder(source) {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'understudy-')));
  let workspace = null;
  if (source !== null) {
    const folder = extname(source) === '.code-workspace' ? join(source, '..') : source;
    const copy = join(path, basename(folder));
    await cp(folder, copy, { recursive: true });
    workspace = folder === source ? copy : join(copy, basename(source));
  }
  const dataFolder = join(path, '.profile');
  await mkdir(dataFolder);
  return {
    path,
    workspace,
    dataFolder,
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
