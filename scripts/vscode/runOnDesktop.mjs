/** Runs the suites of one window in desktop VS Code: the one named by VSCODE_EXECUTABLE, or one that is downloaded. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestRunFailedError, runTests } from '@vscode/test-electron';
import { testsFailed } from './runInBrowser.mjs';
import { releaseOf } from './release.mjs';
import { userSettings } from './userSettings.mjs';

/** @returns {Promise<string | null>} what went wrong, in one sentence */
export async function runOnDesktop({ dataFolder, trusted, workspace, extension, suite, timeout, env }) {
  await mkdir(join(dataFolder, 'User'), { recursive: true });
  await writeFile(join(dataFolder, 'User', 'settings.json'), JSON.stringify(userSettings, null, 2));
  const installed = process.env.VSCODE_EXECUTABLE;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(`not finished after ${timeout / 1000} s`), timeout);
  });
  const finished = runTests({
    ...(installed ? { vscodeExecutablePath: installed } : { version: releaseOf().version }),
    extensionDevelopmentPath: extension,
    extensionTestsPath: suite,
    extensionTestsEnv: env,
    launchArgs: [
      ...(workspace ? [workspace] : []),
      ...['--user-data-dir', dataFolder, '--disable-extensions', '--skip-welcome'],
      ...(trusted ? ['--disable-workspace-trust'] : []),
    ],
  }).then(
    () => null,
    (error) => (error instanceof TestRunFailedError && error.code === 1 ? testsFailed : error.message),
  );
  try {
    return await Promise.race([finished, late]);
  } finally {
    clearTimeout(timer);
  }
}
