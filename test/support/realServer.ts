/** llama.cpp's own server in a process of its own, as `npm run test:large` installs it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';

const PACKAGES = resolve('.cache/llamaServer');

export const isServerInstalled = existsSync(join(PACKAGES, 'installed'));

export class RealServer {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  get address(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** @param port where an earlier one was; a free one without it */
  static async start(model: string, port?: number): Promise<RealServer> {
    const chosen = port ?? (await freePort());
    const child = spawn(
      process.env['PYTHON'] ?? 'python3',
      ['test/large/llamaServer.py', model, String(chosen)],
      { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, PYTHONPATH: PACKAGES } },
    );
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    await new Promise<void>((started, failed) => {
      child.once('error', failed);
      child.once('exit', (code) => {
        failed(new Error(`The server ended with status ${code}.\n${log}`));
      });
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes(String(chosen))) {
          started();
        }
      });
    });
    return new RealServer(child, chosen);
  }

  /** As by a fault: it has no time to say farewell. */
  async kill(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await ended;
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
