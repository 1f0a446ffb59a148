/** `npm start -- [FOLDER] [--seconds N]`: all set-up, then the main job on a real folder. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { exitWith, root, setUp } from './setup.mjs';

try {
  await setUp();
  await build();
} catch (error) {
  exitWith(error);
}
const tool = spawn(
  process.execPath,
  [join(root, 'dist', 'cli.js'), 'try', ...process.argv.slice(2)],
  // npm runs scripts in the project's folder; a relative FOLDER is meant from where the user stands.
  { cwd: process.env.INIT_CWD ?? root, stdio: 'inherit' },
);
// The terminal sends Ctrl+C to the tool as well, which tidies up and ends by itself.
process.on('SIGINT', () => {});
tool.on('error', exitWith);
tool.on('close', (status) => {
  process.exitCode = status ?? 1;
});
