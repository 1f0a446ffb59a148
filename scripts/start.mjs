/** `npm start -- [FOLDER] [--seconds N]`: all set-up, then the main job on a real folder. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { exitWith, root, run, setUp } from './setup.mjs';

try {
  await setUp();
  await build();
} catch (error) {
  exitWith(error);
}
const args = process.argv.slice(2);
// The terminal tool has already said what went wrong, so only its status is passed on.
await run(process.execPath, [join(root, 'dist', 'cli.js'), 'try', ...args], {
  cwd: process.env.INIT_CWD ?? root,
}).catch(() => {
  process.exitCode = 1;
});
