/** `npm start -- [FOLDER] [--seconds N]`: sets everything up, then trains on a folder and shows its ghost text. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { become, exitWith, root, setUp } from './setup.mjs';

try {
  await setUp();
  await build();
  // npm runs scripts in the project's folder, but a relative FOLDER is relative to the user's own folder.
  become([join(root, 'dist', 'cli.js'), 'try', ...process.argv.slice(2)], process.env.INIT_CWD);
} catch (error) {
  exitWith(error);
}
