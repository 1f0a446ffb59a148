/** Asks whether text may be sent to a server, and remembers consent for it. */
import type * as vscode from 'vscode';
import { isLoopback, serverName } from './serverName';

const ORIGINS = 'understudy.consentedOrigins';

export interface ConsentQuestion {
  /** What the consent is for: protocol, host and port. */
  readonly origin: string;
  readonly address: string;
  /** Whether the connection is unencrypted, so that others on the network may read along. */
  readonly isOpen: boolean;
  /** The name of the remote machine that the server is on, as the window is; null where it is on any other. */
  readonly remote: string | null;
}

/**
 * @param address a checked http or https address
 * @param remote see {@link serverName}
 * @param ask asks the user and resolves with the answer
 */
export async function allowsSending(
  memory: Pick<vscode.Memento, 'get' | 'update'>,
  address: string,
  remote: string | null,
  ask: (question: ConsentQuestion) => Promise<boolean>,
): Promise<boolean> {
  const { origin, protocol } = new URL(address);
  const name = serverName(address, remote);
  const names = (): readonly string[] => memory.get<readonly string[]>(ORIGINS, []);
  if (names().includes(name)) {
    return true;
  }
  const isOpen = protocol === 'http:' && !isLoopback(address);
  if (!(await ask({ origin, address, isOpen, remote: name === origin ? null : remote }))) {
    return false;
  }
  await memory.update(ORIGINS, [...names(), name]);
  return true;
}
