/** Starts the prepared VS Code server on a free local port; it writes everything into one folder. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const startTimeout = 60_000;
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * @param {{ node: string, main: string }} server from prepareServer
 * @param {object} options `port` 0 takes any free port; `trusted` opens every folder as trusted; `settings` are the
 *   user's, written once; `env` is added to the environment of the server and of the extension host;
 *   `nodeOptions` are given to the server's Node; `statusAtSignal` is this process's exit status after Ctrl+C
 */
export async function startServer(
  server,
  { dataFolder, port = 0, trusted = true, settings, env = {}, nodeOptions = [], statusAtSignal = 130 },
) {
  if (settings) {
    const userFolder = join(dataFolder, 'data', 'User');
    await mkdir(userFolder, { recursive: true });
    await writeFile(join(userFolder, 'settings.json'), JSON.stringify(settings, null, 2));
  }
  const token = randomBytes(16).toString('hex');
  const args = [
    ...nodeOptions,
    server.main,
    ...['--host', '127.0.0.1', '--port', String(port), '--connection-token', token],
    ...['--server-data-dir', dataFolder, '--telemetry-level', 'off'],
    '--accept-server-license-terms',
    // Without this, a built VS Code ignores an extension under development.
    '--enable-smoke-test-driver',
    ...(trusted ? ['--disable-workspace-trust'] : []),
  ];
  const child = spawn(server.node, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The server gets its own process group, so that extension hosts and trainers end with it.
    detached: true,
  });
  let output = '';
  let ended = false;
  const exited = new Promise((resolve) => {
    child.on('close', () => {
      ended = true;
      resolve();
    });
  });
  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') {
        throw error;
      }
    }
  };
  let isStopping = false;
  const stop = async () => {
    isStopping = true;
    signal('SIGTERM');
    const late = setTimeout(() => signal('SIGKILL'), 3000);
    await exited;
    clearTimeout(late);
    // Processes that the server started may outlive it.
    signal('SIGKILL');
    for (const name of endingSignals) {
      process.off(name, endWithUser);
    }
  };
  const endWithUser = () => {
    void stop().then(() => process.exit(statusAtSignal));
  };
  // Ctrl+C does not reach the server's own process group.
  for (const name of endingSignals) {
    process.on(name, endWithUser);
  }
  const listening = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`VS Code's server did not start within a minute.\n${output}`));
    }, startTimeout);
    const settle = (action, value) => {
      clearTimeout(timer);
      action(value);
    };
    const onData = (chunk) => {
      output += chunk;
      const match = output.match(/Extension host agent listening on (\d+)/);
      if (match) {
        settle(resolve, Number(match[1]));
      } else if (output.includes('EADDRINUSE')) {
        const advice = 'choose another with --port N, or leave it out for a free one';
        settle(reject, new Error(`Port ${port} is taken by another program: ${advice}.`));
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('error', (error) => settle(reject, error));
    exited.then(() => {
      settle(reject, new Error(`VS Code's server ended while starting.\n${output}`));
    });
  }).catch(async (error) => {
    if (!ended && child.pid) {
      await stop();
    }
    throw error;
  });
  return { port: listening, token, output: () => output, exited, stop, isStopping: () => isStopping };
}
