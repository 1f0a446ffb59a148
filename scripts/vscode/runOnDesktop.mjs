/** Runs the suites of one window in desktop VS Code: the one named by VSCODE_EXECUTABLE, or one that is downloaded. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestRunFailedError, runTests } from '@vscode/test-electron';
import { testsFailed } from './runInBrowser.mjs';
import { releaseOf } from './release.mjs';
import { userSettings } from './userSettings.mjs';

/**
 * The paths in a call of `runTests`, which starts VS Code by way of cmd.exe on Windows and quotes no argument there, although
 * each may hold the user's first and last name.
 */
export function desktopPaths({ dataFolder, workspace, extension, suite }, platform = process.platform) {
  const given = (path) => (platform === 'win32' ? `"${path}"` : path);
  return {
    extensionDevelopmentPath: given(extension),
    extensionTestsPath: given(suite),
    launchArgs: [
      ...(workspace ? [given(workspace)] : []),
      ...['--user-data-dir', given(dataFolder), '--extensions-dir', given(join(dataFolder, 'extensions'))],
    ],
  };
}

/** @returns {Promise<string | null>} what went wrong, in one sentence */
export async function runOnDesktop({ trusted, timeout, env, ...places }) {
  const { dataFolder } = places;
  const { launchArgs, ...paths } = desktopPaths(places);
  await mkdir(join(dataFolder, 'User'), { recursive: true });
  await writeFile(join(dataFolder, 'User', 'settings.json'), JSON.stringify(userSettings, null, 2));
  const installed = process.env.VSCODE_EXECUTABLE;
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(`not finished after ${timeout / 1000} s`), timeout);
  });
  const finished = runTests({
    ...(installed ? { vscodeExecutablePath: installed } : { version: releaseOf().version }),
    ...paths,
    extensionTestsEnv: env,
    launchArgs: [
      ...launchArgs,
      ...['--disable-extensions', '--skip-welcome'],
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
