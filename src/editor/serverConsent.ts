/** May text be sent to a server? Asked once an origin, and remembered until it is forgotten. */
import type * as vscode from 'vscode';

const ORIGINS = 'understudy.consentedOrigins';
/** Host names, to which consent was given before it was asked by origin. */
const HOSTS = 'understudy.consentedHosts';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export interface ConsentQuestion {
  /** What the consent is for: protocol, host and port. */
  readonly origin: string;
  readonly address: string;
  /** Whether others on the network may read along. */
  readonly isOpen: boolean;
}

/**
 * @param address an http or https address, checked
 * @param ask what the user answers
 */
export async function allowsSending(
  memory: Pick<vscode.Memento, 'get' | 'update'>,
  address: string,
  ask: (question: ConsentQuestion) => Promise<boolean>,
): Promise<boolean> {
  const { hostname, origin, protocol } = new URL(address);
  const isOpen = protocol === 'http:' && !LOOPBACK.has(hostname);
  const origins = (): readonly string[] => memory.get<readonly string[]>(ORIGINS, []);
  // Consent to a host name does not tell whether it was said that the connection is open, so that is asked again.
  const isHostConsented = !isOpen && memory.get<readonly string[]>(HOSTS, []).includes(hostname);
  if (isHostConsented || origins().includes(origin)) {
    return true;
  }
  if (!(await ask({ origin, address, isOpen }))) {
    return false;
  }
  await memory.update(ORIGINS, [...origins(), origin]);
  return true;
}
