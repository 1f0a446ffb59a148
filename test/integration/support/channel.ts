/**
 * The connection to the script that opened this window (scripts/vscode/windowChannel.mjs). Desktop VS Code has none: there the suites
 * that need keys are skipped, and lines go to the console.
 */
const address = process.env['UNDERSTUDY_TEST_CHANNEL'] ?? null;

export const hasChannel = address !== null;

/** Asks for one action and returns its answer. @throws with the action's own message when it fails */
export async function ask(action: string, ...args: unknown[]): Promise<unknown> {
  if (address === null) {
    throw new Error(`${action} needs a window that was opened by scripts/integration.mjs.`);
  }
  const response = await fetch(`${address}/${action}`, { method: 'POST', body: JSON.stringify(args) });
  const answer: unknown = await response.json();
  if (!response.ok) {
    throw new Error(`${action}: ${String(answer)}`);
  }
  return answer;
}

let sent: Promise<unknown> = Promise.resolve();

/** Prints a line outside the window, in the order of the calls. */
export function print(line: string): void {
  if (hasChannel) {
    sent = sent.then(() => ask('print', line));
  } else {
    console.log(line);
  }
}

/** Settles when all lines are printed. */
export async function printed(): Promise<void> {
  await sent;
}
