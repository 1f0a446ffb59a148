/** What a failed connection means, in words. */

const CLOSED = /^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET)$/;

/** By error code of the system, OpenSSL or undici, or the message of an error without one; the first match counts. */
const CLAUSES: readonly (readonly [codes: RegExp, clause: (code: string) => string])[] = [
  [/^ECONNREFUSED$/, (code) => `nothing listens there (${code}); start the server, or correct the address`],
  [
    /^(ENOTFOUND|EAI_AGAIN)$/,
    (code) => `no computer of that name is known (${code}); correct the address, or connect to the network`,
  ],
  [
    /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|UND_ERR_CONNECT_TIMEOUT)$/,
    (code) => `the way there is blocked or down (${code}); check the network, a firewall and the address`,
  ],
  [
    CLOSED,
    (code) =>
      `it closed the connection (${code}); see what it writes in its own window or log, and whether its address should begin with https`,
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    (code) => `its certificate is not valid today (${code}); renew it, or set the clock of this computer`,
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    (code) =>
      `its certificate is for another name (${code}); give the address by the name in the certificate`,
  ],
  [
    /CERT|^UNABLE_TO_VERIFY_LEAF_SIGNATURE$/,
    (code) =>
      `its certificate is not trusted here (${code}); have this computer trust the authority that issued it, or name that authority's file in the environment variable NODE_EXTRA_CA_CERTS`,
  ],
  [
    /^(ERR_SSL_|EPROTO$)/,
    (code) =>
      `it does not speak https (${code}); give its address with http if it has no encryption, or check its TLS`,
  ],
  [
    /^bad port$/,
    (code) =>
      `Node.js, like browsers, does not connect to that port (${code}); have the server listen at another`,
  ],
  [
    /^(HPE_|status 400$)/,
    (code) =>
      `it does not speak http (${code}); check the port, and whether its address should begin with https`,
  ],
];

/** Whether the server closed the connection before it had answered. */
export const isClosed = (error: unknown): boolean => CLOSED.test(codeOf(causeOf(error)));

/** A clause that says what is wrong and what to do. */
export function whyUnreachable(error: unknown): string {
  const cause = causeOf(error);
  const code = codeOf(cause);
  // Of a status 407, undici's cause has neither.
  const told = code || (cause instanceof Error && cause.message) || String(error);
  const known = CLAUSES.find(([codes]) => codes.test(told));
  return known?.[1](told) ?? `the connection fails (${told}); check the address, and that the server runs`;
}

/** The message of undici's own error is only "fetch failed". */
const causeOf = (error: unknown): unknown => (error instanceof Error ? (error.cause ?? error) : error);
const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause ? String(cause.code) : '';
