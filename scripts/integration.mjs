/**
 * `node scripts/integration.mjs [WINDOW...] [--grep TEXT] [--no-build]`: the tests inside a real VS Code. Each folder
 * of test/integration/suites is one window, opened on a copy of its workspace (test/integration/windows.json) with a fresh
 * profile. On Linux x64 the window is VS Code from npm packages in a headless browser, where keys can be pressed too;
 * elsewhere, or with VSCODE_EXECUTABLE set, it is desktop VS Code.
 */
import { parseArgs } from 'node:util';
import { build } from './build.mjs';
import { exitWith, setUp } from './setup.mjs';

try {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string' }, 'no-build': { type: 'boolean' } },
    allowPositionals: true,
  });
  if (!values['no-build']) {
    await setUp();
    await build();
  }
  // The packages that this import needs are installed only now.
  const { runWindows } = await import('./vscode/runWindows.mjs');
  if (!(await runWindows({ only: positionals, grep: values.grep }))) {
    process.exitCode = 1;
  }
} catch (error) {
  exitWith(error);
}
