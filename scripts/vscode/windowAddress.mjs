import { existsSync, statSync } from 'node:fs';
import { URLSearchParams } from 'node:url';

/**
 * The address of a window of the running server.
 * @param {{ port: number, token: string }} server
 * @param {object} options `workspace`: a folder, a `.code-workspace` file or null; `extension`: the folder of the
 *   extension under development; `suite`: a module whose `run()` is called inside the extension host
 */
export function windowAddress({ port, token }, { workspace = null, extension, suite }) {
  const authority = `127.0.0.1:${port}`;
  const remote = (path) => `vscode-remote://${authority}${encodeURI(path)}`;
  const payload = [['skipWelcome', 'true']];
  if (extension) {
    payload.push(['extensionDevelopmentPath', remote(extension)]);
  }
  if (suite) {
    payload.push(['extensionTestsPath', remote(suite)]);
  }
  const query = new URLSearchParams({ tkn: token });
  if (workspace === null) {
    query.set('ew', 'true');
  } else {
    query.set(isFolder(workspace) ? 'folder' : 'workspace', workspace);
  }
  query.set('payload', JSON.stringify(payload));
  return `http://${authority}/?${query}`;
}

function isFolder(path) {
  if (!existsSync(path)) {
    throw new Error(`${path} does not exist.`);
  }
  return statSync(path).isDirectory();
}
