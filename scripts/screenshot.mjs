/** `npm run screenshot`: the README's picture of ghost text, from a real window with a real suggestion. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { exitWith, root, setUp } from './setup.mjs';

const picture = join(root, 'media', 'ghost-text.png');

try {
  await setUp();
  await build();
  // The packages that this import needs are installed only now.
  const { takeGhostTextPicture } = await import('./vscode/takeGhostTextPicture.mjs');
  const ghostText = await takeGhostTextPicture(picture);
  process.stdout.write(`${picture} shows the suggestion "${ghostText}"\n`);
} catch (error) {
  exitWith(error);
}
