/** Addresses by which a program reaches the machine that it runs on. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

export const isLoopback = (address: string): boolean => LOOPBACK.has(new URL(address).hostname);

/**
 * What consent to a server, and its key, are kept for: protocol, host and port, and the machine where the server is one on it. VS Code
 * keeps both on the machine in front of the user, for the windows on all machines, on each of which `localhost` is another one.
 * @param address a checked http or https address
 * @param remote the name of the machine of a remote window; null in a window on the machine in front of the user
 */
export function serverName(address: string, remote: string | null): string {
  const { origin } = new URL(address);
  return remote !== null && isLoopback(address) ? `${origin} on ${remote}` : origin;
}
