import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';

/**
 * Where the terminal tool keeps its models: `UNDERSTUDY_HOME`, else the system's place for a program's data; null where nothing names
 * one, as for a user of a container who has no home folder.
 * @param environment `process.env`
 * @param home null for none
 */
export function storageFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home = homeFolder(),
): string | null {
  const below = (folder: string | null, ...names: string[]) =>
    folder === null ? null : join(folder, ...names, 'understudy');
  const own = folderIn(environment['UNDERSTUDY_HOME']);
  if (own !== null) {
    return own;
  }
  switch (platform) {
    case 'win32':
      return below(folderIn(environment['LOCALAPPDATA'])) ?? below(home, 'AppData', 'Local');
    case 'darwin':
      return below(home, 'Library', 'Application Support');
    default:
      return below(folderIn(environment['XDG_DATA_HOME'])) ?? below(home, '.local', 'share');
  }
}

function homeFolder(): string | null {
  try {
    return folderIn(homedir()) ?? folderIn(userInfo().homedir);
  } catch {
    // The system does not know this user.
    return null;
  }
}

/** An empty variable names no folder, least of all the current one. */
function folderIn(variable: string | undefined): string | null {
  return variable === undefined || variable === '' ? null : variable;
}
