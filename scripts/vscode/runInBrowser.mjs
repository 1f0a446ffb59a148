/** Runs the suites of one window in VS Code from npm packages, and lets them press keys. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openChannel } from './windowChannel.mjs';
import { openWindow } from './openWindow.mjs';
import { prepareBrowser } from './prepareBrowser.mjs';
import { prepareServer } from './prepareServer.mjs';
import { startServer } from './startServer.mjs';
import { userSettings } from './userSettings.mjs';
import { windowAddress } from './windowAddress.mjs';

const connectionRecorder = fileURLToPath(new URL('recordConnections.cjs', import.meta.url));
const logLines = 25;

/** The failure of a window whose tests all ran and printed their own count. */
export const testsFailed = 'tests failed';

/** The ends of the logs of the extension host and of this extension. */
function readLogs(dataFolder) {
  const folder = join(dataFolder, 'data', 'logs');
  if (!existsSync(folder)) {
    return '';
  }
  return readdirSync(folder, { recursive: true })
    .filter((file) => /remoteexthost\.log$|understudy/i.test(file) && file.endsWith('.log'))
    .map((file) => {
      const lines = readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');
      return `--- ${file}\n${lines.slice(-logLines).join('\n')}\n`;
    })
    .join('');
}

/** @returns {Promise<string | null>} what went wrong, in one sentence */
export async function runInBrowser({
  dataFolder,
  trusted,
  language,
  workspace,
  extension,
  suite,
  timeout,
  env,
}) {
  const prepared = await prepareServer();
  const browser = await prepareBrowser();
  let end;
  const ended = new Promise((resolve) => {
    end = resolve;
  });
  let server = null;
  let isCounted = false;
  const print = (line) => {
    isCounted ||= /^\s+\d+ failing/.test(line);
    process.stdout.write(`${line}\n`);
  };
  let window = null;
  const channel = await openChannel((name) => (name === 'print' ? print : window?.actions[name]));
  const timer = setTimeout(() => {
    end(`not finished after ${timeout / 1000} s, so it was ended`);
  }, timeout);
  try {
    server = await startServer(prepared, {
      dataFolder,
      trusted,
      settings: userSettings,
      nodeOptions: ['--require', connectionRecorder],
      env: {
        ...env,
        UNDERSTUDY_TEST_CHANNEL: channel.address,
        UNDERSTUDY_TEST_RECORD: join(dataFolder, 'connections.jsonl'),
      },
    });
    void server.exited.then(() => end('the server ended in the middle'));
    window = await openWindow(browser, windowAddress(server, { workspace, extension, suite }), {
      language,
      onExit: end,
    });
    const outcome = await ended;
    if (outcome === 0) {
      return null;
    }
    const picture = await window.actions.screenshot('at-the-end');
    process.stdout.write(`${readLogs(dataFolder)}\nLast picture: ${picture}\n`);
    if (typeof outcome === 'string') {
      const lines = [...window.consoleLines.slice(-logLines), server.output()];
      process.stdout.write(`--- the window's console and its server\n${lines.join('\n')}\n`);
      return outcome;
    }
    return isCounted ? testsFailed : 'could not run its tests';
  } finally {
    clearTimeout(timer);
    channel.close();
    await window?.close();
    await server?.stop();
  }
}
