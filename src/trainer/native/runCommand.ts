/** Runs another program to its end. */
import { spawn } from 'node:child_process';
import type { InstallContext } from './installProgress';

interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: InstallContext['signal'];
  /** Milliseconds in which a program that is cancelled may end in good order. */
  readonly patience?: number;
}

/** npm puts back what it has begun to replace. */
const PATIENCE_MILLISECONDS = 5_000;

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
 * A program that is cancelled has ended when this settles, so that it cannot disturb the next one in the same folder. It ends with
 * this process, too.
 * @returns what the program wrote to standard output
 * @throws CommandError, or the signal's reason
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { cwd, env = process.env, signal, patience = PATIENCE_MILLISECONDS } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    // npm is a script on Windows, which only a shell can start.
    const shell = process.platform === 'win32' && command === 'npm';
    const child = spawn(command, [...args], {
      cwd,
      env,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
      // No console that comes up over the editor.
      windowsHide: true,
    });
    let killer: NodeJS.Timeout | undefined;
    const end = (): void => {
      if (shell) {
        // The end of the shell alone would leave npm at work behind it.
        const ended = ['/pid', String(child.pid), '/t', '/f'];
        spawn('taskkill.exe', ended, { stdio: 'ignore', windowsHide: true }).on('error', () => child.kill());
      } else {
        child.kill();
        killer = setTimeout(() => child.kill('SIGKILL'), patience);
      }
    };
    const endAtOnce = (): void => {
      child.kill();
    };
    signal?.addEventListener('abort', end, { once: true });
    process.once('exit', endAtOnce);
    const settle = (settled: () => void): void => {
      clearTimeout(killer);
      signal?.removeEventListener('abort', end);
      process.off('exit', endAtOnce);
      settled();
    };
    let printed = '';
    let complaints = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (printed += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaints += chunk));
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle(() => {
        const missing = error.code === 'ENOENT';
        reject(new CommandError(`"${command}" could not be started: ${error.message}.`, missing, ''));
      });
    });
    child.on('exit', () => {
      // What it has started in its turn may hold its output open.
      if (signal?.aborted) {
        settle(() => {
          reject(signal.reason as Error);
        });
      }
    });
    child.on('close', (status, endedBy) => {
      settle(() => {
        if (status === 0) {
          resolve(printed);
        } else {
          const output = `${printed}${complaints}`;
          const said = lastLine(output) || 'it said nothing';
          const message =
            status === null
              ? `"${command}" was ended by ${endedBy}: ${said}`
              : `"${command}" ended with status ${status}: ${said}`;
          reject(new CommandError(message, false, output));
        }
      });
    });
  });
}

function lastLine(output: string): string {
  return output.trim().split('\n').at(-1) ?? '';
}
