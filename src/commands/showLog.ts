import type { Parts } from '../editor/parts';

/** *Show Log*: the output channel. */
export function showLog({ log }: Parts): void {
  log.show(true);
}
