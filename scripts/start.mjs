/** `npm start -- [FOLDER] [--seconds N]`: all set-up, then the main job on a real folder. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { become, exitWith, root, setUp } from './setup.mjs';

try {
  await setUp();
  await build();
  // npm runs scripts in the project's folder; a relative FOLDER is meant from where the user stands.
  become([join(root, 'dist', 'cli.js'), 'try', ...process.argv.slice(2)], process.env.INIT_CWD);
} catch (error) {
  exitWith(error);
}
