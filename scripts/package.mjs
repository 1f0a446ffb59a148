/**
 * Makes the .vsix file; options are those of `vsce package`, such as `--out FILE`. VS Code shows README beside the extension, where
 * nothing of the repository is at hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { exitWith, isStarted, root, run, setUp } from './setup.mjs';

const README = 'dist/README.md';

/**
 * README without links into the repository, which would lead nowhere, and without pictures, as VS Code shows none there but those of
 * the web.
 * @param {string} readme
 */
export function standaloneReadme(readme) {
  return readme
    .replace(/!\[[^\]]*\]\((?!\w+:)[^)]+\)\n*/g, '')
    .replace(/\[([^\]]*)\]\((?!\w+:|#)[^)]+\)/g, '$1');
}

async function makePackage() {
  await setUp();
  await build({ force: true });
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  writeFileSync(join(root, README), standaloneReadme(readme));
  await run(process.execPath, [
    ...['node_modules/@vscode/vsce/vsce', 'package', '--readme-path', README],
    ...['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository'],
    ...process.argv.slice(2),
  ]);
}

if (isStarted(import.meta.url)) {
  makePackage().catch(exitWith);
}
