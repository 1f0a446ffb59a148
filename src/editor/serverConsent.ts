/** Asks whether text may be sent to a server, and remembers consent for its origin. */
import type * as vscode from 'vscode';

const ORIGINS = 'understudy.consentedOrigins';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface ConsentQuestion {
  /** What the consent is for: protocol, host and port. */
  readonly origin: string;
  readonly address: string;
  /** Whether the connection is unencrypted, so that others on the network may read along. */
  readonly isOpen: boolean;
}

/**
 * @param address a checked http or https address
 * @param ask asks the user and resolves with the answer
 */
export async function allowsSending(
  memory: Pick<vscode.Memento, 'get' | 'update'>,
  address: string,
  ask: (question: ConsentQuestion) => Promise<boolean>,
): Promise<boolean> {
  const { hostname, origin, protocol } = new URL(address);
  const origins = (): readonly string[] => memory.get<readonly string[]>(ORIGINS, []);
  if (origins().includes(origin)) {
    return true;
  }
  if (!(await ask({ origin, address, isOpen: protocol === 'http:' && !LOOPBACK.has(hostname) }))) {
    return false;
  }
  await memory.update(ORIGINS, [...origins(), origin]);
  return true;
}
