import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Translate } from './translate';

/**
 * The absolute path that a setting holds; a leading `~/` stands for the user's home folder.
 * @throws Error with a sentence for the user when the path is relative
 */
export function absolutePath(t: Translate, setting: string, given: string): string {
  const path = /^~[/\\]/.test(given) ? join(homedir(), given.slice(2)) : given;
  if (!isAbsolute(path)) {
    throw new Error(
      t(
        'The setting {0} needs a whole path, such as {2}, not "{1}".',
        setting,
        given,
        join(homedir(), 'models', 'small'),
      ),
    );
  }
  return path;
}
