/** npm runs it when it has installed the packages, and also where it has only written the lock file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { noteInstalled, root } from './setup.mjs';

if (existsSync(join(root, 'node_modules'))) {
  noteInstalled();
}
