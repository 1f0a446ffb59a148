import { basename } from 'node:path';
import { CommandError, runCommand } from './runCommand';
import type { InstallContext } from './installProgress';

/** @throws CommandError, or the signal's reason */
export async function runNpm(
  args: readonly string[],
  cwd: string,
  { signal }: Pick<InstallContext, 'signal'>,
): Promise<void> {
  // Under `npm run` this is the npm that runs, and Node starts it on every system; under pnpm and Yarn it is theirs.
  const script = process.env['npm_execpath'];
  if (script !== undefined && /^npm.*\.c?js$/.test(basename(script))) {
    // The extension's own program is Electron, which is Node when it is told so.
    await runCommand(process.execPath, [script, ...args], {
      cwd,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      signal,
    });
  } else {
    await findNpm({ signal });
    await runCommand('npm', args, { cwd, signal });
  }
}

/** On Windows a shell starts npm, which reports a missing one only by a text in the user's language, not by a status. */
async function findNpm({ signal }: Pick<InstallContext, 'signal'>): Promise<void> {
  if (process.platform !== 'win32') {
    return;
  }
  try {
    await runCommand('where.exe', ['npm'], { signal });
  } catch (error) {
    throw error instanceof CommandError ? new CommandError('There is no npm.', true, error.output) : error;
  }
}
