import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Translate } from './translate';

/**
 * A path out of a setting, with ~ as the user's own folder.
 * @throws Error with a sentence for the user when it is none from the root on
 */
export function absolutePath(t: Translate, setting: string, given: string): string {
  const path = /^~[/\\]/.test(given) ? join(homedir(), given.slice(2)) : given;
  if (!isAbsolute(path)) {
    throw new Error(
      t('The setting {0} needs a whole path, such as /home/me/models/small, not "{1}".', setting, given),
    );
  }
  return path;
}
