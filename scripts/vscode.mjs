/**
 * `npm run vscode -- [FOLDER] [--browser] [--port N]`: a VS Code window on a folder, with this extension in it. It is desktop
 * VS Code if `code` is on the PATH and --browser is not given; else VS Code from npm packages, opened in any browser.
 * Where that does not run, a desktop VS Code is downloaded.
 */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { exitWith, root, setUp } from './setup.mjs';

function readArguments() {
  const { values, positionals } = parseArgs({
    options: { browser: { type: 'boolean' }, port: { type: 'string', default: '0' } },
    allowPositionals: true,
  });
  if (positionals.length > 1) {
    throw new Error(`One folder is opened, not ${positionals.length}: npm run vscode -- FOLDER`);
  }
  const folder = resolve(process.env.INIT_CWD ?? root, positionals[0] ?? root);
  if (!existsSync(folder)) {
    throw new Error(`The folder ${folder} does not exist.`);
  }
  if (!statSync(folder).isDirectory() && !folder.endsWith('.code-workspace')) {
    throw new Error(`${folder} is a file: give the folder that it is in.`);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`--port is ${values.port}, but a port is a whole number up to 65535.`);
  }
  return { folder, port, browser: values.browser ?? false };
}

try {
  const { folder, port, browser } = readArguments();
  await setUp();
  await build();
  // The packages that this import needs are installed only now.
  const { openFolder } = await import('./vscode/openFolder.mjs');
  await openFolder(folder, { port, browser });
} catch (error) {
  exitWith(error);
}
