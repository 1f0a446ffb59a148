import { runCommand } from './runCommand';
import type { InstallContext } from './installProgress';

/** @throws CommandError, or the signal's reason */
export async function runNpm(
  args: readonly string[],
  cwd: string,
  { signal }: Pick<InstallContext, 'signal'>,
): Promise<void> {
  // Under `npm run` this is the npm that runs, and Node starts it on every system.
  const script = process.env['npm_execpath'];
  if (script !== undefined && /\.c?js$/.test(script)) {
    await runCommand(process.execPath, [script, ...args], { cwd, signal });
  } else {
    await runCommand('npm', args, { cwd, signal });
  }
}
