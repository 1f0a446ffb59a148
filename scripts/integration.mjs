/**
 * `node scripts/integration.mjs [WINDOW...] [--grep TEXT] [--no-build]`: the tests inside a real VS Code. Each folder
 * of test/integration/suites is one window, opened on a copy of its workspace (test/integration/windows.json) with a fresh
 * profile. On Linux x64 the window is VS Code from npm packages in a headless browser, where keys can be pressed too;
 * elsewhere, or with VSCODE_EXECUTABLE set, it is desktop VS Code.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { exitWith, root, run, setUp } from './setup.mjs';
import { runInBrowser } from './vscode/runInBrowser.mjs';
import { runOnDesktop } from './vscode/runOnDesktop.mjs';
import { unsupportedReason } from './vscode/release.mjs';
import { windowFolder } from './vscode/windowFolder.mjs';

const testFolder = join(root, 'test', 'integration');
const compiledFolder = join(root, '.cache', 'integration');
const windowTimeout = 150_000;

/** The folders of suites, so that none is lost from a list kept by hand. */
function readWindows() {
  const described = JSON.parse(readFileSync(join(testFolder, 'windows.json'), 'utf8'));
  const names = readdirSync(join(testFolder, 'suites'));
  for (const name of [...names, ...Object.keys(described)]) {
    if (!names.includes(name) || !described[name]) {
      throw new Error(
        `Window ${name} needs both a folder in test/integration/suites and an entry in test/integration/windows.json.`,
      );
    }
  }
  return names.sort().map((name) => ({ name, trusted: true, workspace: null, ...described[name] }));
}

async function compile() {
  await rm(compiledFolder, { recursive: true, force: true });
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', testFolder, '--noCheck'], {
    quiet: true,
  });
}

async function runWindow(window, grep) {
  process.stdout.write(`\nWindow ${window.name}\n`);
  const folder = await windowFolder(window.workspace && join(testFolder, 'workspaces', window.workspace));
  try {
    const run = process.env.VSCODE_EXECUTABLE || unsupportedReason() ? runOnDesktop : runInBrowser;
    return await run({
      ...window,
      ...folder,
      extension: root,
      suite: join(compiledFolder, 'test', 'integration', 'run.js'),
      timeout: windowTimeout,
      env: {
        UNDERSTUDY_TEST_WINDOW: window.name,
        UNDERSTUDY_TEST_FOLDER: folder.path,
        ...(grep ? { UNDERSTUDY_TEST_GREP: grep } : {}),
      },
    });
  } finally {
    await folder.remove();
  }
}

try {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string' }, 'no-build': { type: 'boolean' } },
    allowPositionals: true,
  });
  if (!values['no-build']) {
    await setUp();
    await build();
  }
  const windows = readWindows();
  const unknown = positionals.find((name) => !windows.some((window) => window.name === name));
  if (unknown) {
    throw new Error(`There is no window ${unknown}: ${windows.map(({ name }) => name).join(', ')}.`);
  }
  await compile();
  for (const window of windows) {
    if (positionals.length === 0 || positionals.includes(window.name)) {
      const failure = await runWindow(window, values.grep);
      if (failure) {
        process.stdout.write(`Window ${window.name}: ${failure}\n`);
        process.exitCode = 1;
      }
    }
  }
} catch (error) {
  exitWith(error);
}
