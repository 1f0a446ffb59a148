/** Runs another program to its end. */
import { spawn } from 'node:child_process';
import type { InstallContext } from './installProgress';

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: InstallContext['signal'];
}

/** A program that could not be started, or that ended with a fault; `output` is what it said. */
export class CommandError extends Error {
  constructor(
    message: string,
    readonly missing: boolean,
    readonly output: string,
  ) {
    super(message);
  }
}

/**
 * @returns what the program wrote to standard output
 * @throws CommandError, or the signal's reason
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { cwd, env = process.env, signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    // npm is a script on Windows, which only a shell can start.
    const shell = process.platform === 'win32' && command === 'npm';
    const child = spawn(command, [...args], {
      cwd,
      env,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(!shell && { signal }),
      // No console that comes up over the editor.
      windowsHide: true,
    });
    const endAll = (): void => {
      // The end of the shell alone would leave npm at work behind it.
      const ended = ['/pid', String(child.pid), '/t', '/f'];
      spawn('taskkill.exe', ended, { stdio: 'ignore', windowsHide: true }).on('error', () => child.kill());
    };
    if (shell) {
      signal?.addEventListener('abort', endAll, { once: true });
    }
    let printed = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
      } else {
        const missing = error.code === 'ENOENT';
        reject(new CommandError(`"${command}" could not be started: ${error.message}.`, missing, ''));
      }
    });
    child.on('close', (status) => {
      signal?.removeEventListener('abort', endAll);
      if (status === 0) {
        resolve(printed);
      } else if (signal?.aborted) {
        reject(signal.reason as Error);
      } else {
        const output = `${printed}${complaints}`;
        reject(
          new CommandError(
            `"${command}" ended with status ${status ?? 'none'}: ${lastLine(output)}`,
            false,
            output,
          ),
        );
      }
    });
  });
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
