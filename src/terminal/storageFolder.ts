import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where the terminal tool keeps its models: `UNDERSTUDY_HOME`, else the system's place for a program's data.
 * @param environment `process.env`
 */
export function storageFolder(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): string {
  const own = folderIn(environment['UNDERSTUDY_HOME']);
  if (own !== null) {
    return own;
  }
  switch (platform) {
    case 'win32':
      return join(folderIn(environment['LOCALAPPDATA']) ?? join(homedir(), 'AppData', 'Local'), 'understudy');
    case 'darwin':
      return join(homedir(), 'Library', 'Application Support', 'understudy');
    default:
      return join(folderIn(environment['XDG_DATA_HOME']) ?? join(homedir(), '.local', 'share'), 'understudy');
  }
}

/** An empty variable names no folder, least of all the current one. */
function folderIn(variable: string | undefined): string | null {
  return variable === undefined || variable === '' ? null : variable;
}
