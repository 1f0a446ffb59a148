/** `npm run bench -- [PART] [options]`: sets everything up, then runs bench/main.ts on the fresh build. */
import { join } from 'node:path';
import { build } from './build.mjs';
import { become, exitWith, root, setUp } from './setup.mjs';

try {
  await setUp();
  await build();
  become(['--import', 'tsx', join(root, 'bench', 'main.ts'), ...process.argv.slice(2)]);
} catch (error) {
  exitWith(error);
}
