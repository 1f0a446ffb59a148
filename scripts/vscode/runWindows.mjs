/** Compiles the suites and runs each in its window, one after the other. */
import { readFileSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root, run } from '../setup.mjs';
import { runInBrowser, testsFailed } from './runInBrowser.mjs';
import { runOnDesktop } from './runOnDesktop.mjs';
import { unsupportedReason } from './release.mjs';
import { windowFolder } from './windowFolder.mjs';

const testFolder = join(root, 'test', 'integration');
const compiledFolder = join(root, '.cache', 'integration');
const windowTimeout = 480_000;

/** Lists the folders of suites, as a list kept by hand might miss one. */
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
  return names.sort().map((name) => ({
    name,
    trusted: true,
    language: null,
    workspace: null,
    ...described[name],
  }));
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

/**
 * @param {{ only: string[], grep?: string }} options `only`: names of windows, none for all
 * @returns {Promise<boolean>} whether all windows passed
 */
export async function runWindows({ only, grep }) {
  const windows = readWindows();
  const unknown = only.find((name) => !windows.some((window) => window.name === name));
  if (unknown) {
    throw new Error(`There is no window ${unknown}: ${windows.map(({ name }) => name).join(', ')}.`);
  }
  await compile();
  let isGood = true;
  for (const window of windows) {
    if (only.length === 0 || only.includes(window.name)) {
      const failure = await runWindow(window, grep);
      if (failure) {
        if (failure !== testsFailed) {
          // A window without a count must still be counted where mocha's counts are added up.
          process.stdout.write('\n  1 failing\n');
        }
        process.stdout.write(`Window ${window.name}: ${failure}\n`);
        isGood = false;
      }
    }
  }
  return isGood;
}
