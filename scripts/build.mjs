/** Builds dist/ (kernel and bundles) if a source has changed since the last build. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitWith, isStarted, root, run, setUp } from './setup.mjs';

function* filesBelow(path) {
  if (statSync(path).isDirectory()) {
    for (const name of readdirSync(path).sort()) {
      yield* filesBelow(join(path, name));
    }
  } else {
    yield path;
  }
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const source of [
    'src',
    'media',
    'package-lock.json',
    'tsconfig.json',
    'webpack.config.cjs',
    'scripts/buildKernel.mjs',
    'scripts/thirdPartyLicenses.cjs',
  ]) {
    for (const file of filesBelow(join(root, source))) {
      hash.update(file).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

export async function build({ force = false } = {}) {
  const stampPath = join(root, 'dist', '.build');
  const stamp = fingerprint();
  if (!force && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) {
    return;
  }
  process.stderr.write('Building…\n');
  mkdirSync(join(root, 'dist'), { recursive: true });
  await run(process.execPath, ['node_modules/webpack-cli/bin/cli.js', '--mode', 'production'], {
    quiet: true,
  });
  await run(process.execPath, ['scripts/buildKernel.mjs'], { quiet: true });
  writeFileSync(stampPath, stamp);
}

if (isStarted(import.meta.url)) {
  setUp()
    .then(() => build({ force: true }))
    .catch(exitWith);
}
