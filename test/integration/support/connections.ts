import { readFileSync } from 'node:fs';

/** One line written by scripts/vscode/recordConnections.cjs. */
export interface Recorded {
  /** `start` of a process or thread, or the name of the call that tried to reach something. */
  readonly kind: string;
  readonly target: string;
  /** The script that the process or the worker thread runs. */
  readonly program: string;
  readonly isMainThread: boolean;
  readonly calls: string;
}

export const connectionsPath = process.env['UNDERSTUDY_TEST_RECORD'] ?? null;

export function recorded(): Recorded[] {
  if (connectionsPath === null) {
    throw new Error('Connections are recorded only in a window of scripts/integration.mjs.');
  }
  return readFileSync(connectionsPath, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded);
}
