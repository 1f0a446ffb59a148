/** Opens a folder in a VS Code that this machine has or can get, with this extension in it. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { root, run } from '../setup.mjs';
import { prepareServer } from './prepareServer.mjs';
import { unsupportedReason } from './release.mjs';
import { startServer } from './startServer.mjs';
import { windowAddress } from './windowAddress.mjs';

/** The program of an installed desktop VS Code; on Windows `code` is a script beside it, which needs a shell. */
function findDesktop() {
  const name = process.platform === 'win32' ? join('..', 'Code.exe') : 'code';
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => folder && join(folder, name))
    .find((path) => path && existsSync(path));
}

async function openOnDesktop(program, folder) {
  process.stdout.write(`Opening ${folder} in VS Code, with Understudy from ${root}\n`);
  await run(program, [`--extensionDevelopmentPath=${root}`, folder]);
}

async function openInBrowser(folder, port) {
  const dataFolder = join(root, '.cache', 'vscode', 'profile');
  const server = await startServer(await prepareServer(), {
    dataFolder,
    port,
    trusted: false,
    statusAtSignal: 0,
  });
  process.stdout.write(
    `VS Code with Understudy is ready. Open this address in a browser on this machine:\n\n` +
      `  ${windowAddress(server, { workspace: folder, extension: root })}\n\nCtrl+C ends it.\n`,
  );
  await server.exited;
  if (!server.isStopping()) {
    throw new Error(`VS Code's server ended by itself.\n${server.output()}`);
  }
}

/** Returns when desktop VS Code has opened the folder, or when the user ends the server. */
export async function openFolder(folder, { port, browser }) {
  let desktop = browser ? undefined : findDesktop();
  if (!desktop && !browser && unsupportedReason()) {
    desktop = await downloadAndUnzipVSCode();
  }
  await (desktop ? openOnDesktop(desktop, folder) : openInBrowser(folder, port));
}
