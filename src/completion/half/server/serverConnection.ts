/**
 * Requests to the server that the user has named. Apart from the installers, the only file of Understudy that uses a network. It
 * reaches only the address that the user has set: redirects are not followed, so neither text nor key go elsewhere.
 */
import tls from 'node:tls';
import * as v from 'valibot';
import { asError } from '../../../protocol/asError';
import { isClosed, whyUnreachable } from './unreachable';

/** The message is a sentence for the user. */
export class ServerFault extends Error {
  /** @param isLasting whether asking again cannot help until the settings or the server are changed */
  constructor(
    message: string,
    readonly isLasting: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The server refuses what it is asked, but may not refuse something else. */
export class BadRequest extends ServerFault {}

export interface ServerConnectionOptions {
  /** e.g. `http://localhost:8080/v1`; without a path, `/v1` is meant. */
  readonly address: string;
  readonly key?: string | undefined;
  /** Milliseconds allowed for a whole answer. */
  readonly patience?: number;
}

/** Of Node.js since 22.19. */
export interface Authorities {
  readonly getCACertificates?: (kind: 'default' | 'system') => string[];
  readonly setDefaultCACertificates?: (certificates: readonly string[]) => void;
}

const LARGEST_ANSWER = 1024 * 1024;
const DEFAULT_PATIENCE = 10_000;
/**
 * What nginx, Apache and servers written in Go answer, with status 400, to a question without encryption where they expect it. It is
 * no JSON, in which a server may repeat the text it was asked about.
 */
const PLAIN_HTTP = /^(?!\s*\{).*(?:plain HTTP|HTTP request to an HTTPS server)/is;
let hasAskedSystem = false;

export class ServerConnection {
  /** Of the server, e.g. `localhost:8080`. */
  readonly host: string;
  private readonly base: string;
  /** The address's query, with its question mark; some hosts select a version or deployment by it. */
  private readonly query: string;
  private readonly patience: number;
  private readonly key: string | undefined;
  private readonly closing = new AbortController();

  /** @throws ServerFault when the address is invalid, or the key cannot be sent as a header */
  constructor({ address, key, patience = DEFAULT_PATIENCE }: ServerConnectionOptions) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new ServerFault(
        `"${address}" is not the address of a server. Give one such as http://localhost:8080/v1.`,
        true,
      );
    }
    this.host = url.host;
    if (url.protocol === 'https:' && !hasAskedSystem) {
      hasAskedSystem = true;
      trustSystem(tls as object);
    }
    // fetch's own error would quote the key, which must not appear in any message.
    if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
      throw new ServerFault(
        `The key for the server at ${this.host} has spaces or characters that no key has. Give it again with "Understudy: Set Language Model Key", or in a terminal in UNDERSTUDY_SERVER_KEY.`,
        true,
      );
    }
    const path = url.pathname.replace(/\/+$/, '').replace(/\/(?:chat\/)?completions$/, '');
    this.base = `${url.origin}${path === '' ? '/v1' : path}`;
    this.query = url.search;
    this.patience = patience;
    this.key = key;
  }

  /** Aborts all requests. */
  close(): void {
    this.closing.abort();
  }

  /**
   * The JSON that the server answers with.
   * @param path below the protocol's address, e.g. `/models`
   * @param body sent as JSON; undefined sends none
   * @throws ServerFault
   */
  async request(method: 'GET' | 'POST', path: string, body: unknown): Promise<unknown> {
    let response: Response;
    let text: string | null;
    try {
      const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(this.patience)]);
      const ask = () => this.fetched(method, path, body, signal);
      // A server may close an idle connection at the moment at which it is used again.
      [response, text] = await ask().catch((error: unknown) =>
        isClosed(error) ? ask() : Promise.reject(asError(error)),
      );
    } catch (error) {
      throw this.unreachable(error);
    }
    if (text === null) {
      throw new ServerFault(
        `The server at ${this.host} gives answers that are far too long. Check that the address is that of its API.`,
        false,
      );
    }
    if (response.status === 400 && PLAIN_HTTP.test(text)) {
      throw this.unreachable(new Error('status 400'), true);
    }
    if (!response.ok) {
      throw this.refused(response.status);
    }
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch (error) {
      throw new ServerFault(
        `The server at ${this.host} gives answers that are not JSON. Check that the address is that of its API.`,
        false,
        { cause: error },
      );
    }
    if (v.is(v.object({ error: v.union([v.string(), v.object({})]) }), answer)) {
      throw new ServerFault(
        `The server at ${this.host} answers that it has failed. Look at what it writes in its own window or log.`,
        false,
      );
    }
    return answer;
  }

  private async fetched(
    method: 'GET' | 'POST',
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<[Response, string | null]> {
    const response = await fetch(this.base + path + this.query, {
      method,
      redirect: 'manual',
      signal,
      headers: {
        'content-type': 'application/json',
        ...(this.key !== undefined && { authorization: `Bearer ${this.key}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return [response, await limitedText(response)];
  }

  private unreachable(error: unknown, isLasting = false): ServerFault {
    const why =
      error instanceof DOMException && error.name === 'TimeoutError'
        ? `it did not answer in ${Math.round(this.patience / 1000)} s`
        : whyUnreachable(error);
    return new ServerFault(`The server at ${this.host} cannot be reached: ${why}.`, isLasting, {
      cause: error,
    });
  }

  private refused(status: number): ServerFault {
    switch (status) {
      case 301:
      case 302:
      case 303:
      case 307:
      case 308:
        return new ServerFault(
          `The server at ${this.host} redirects to another address (status ${status}); neither text nor key is sent there. Give the server's own address.`,
          true,
        );
      case 400:
      case 422:
        return new BadRequest(
          `The server at ${this.host} refuses what it is asked (status ${status}). Check the model's name and that its context holds 4,096 characters, and look at what it writes in its own window or log.`,
          true,
        );
      case 401:
      case 403:
        return new ServerFault(
          `The server at ${this.host} does not accept the key (status ${status}). Give the right one with "Understudy: Set Language Model Key", or in a terminal in UNDERSTUDY_SERVER_KEY.`,
          true,
        );
      case 404:
        return new ServerFault(
          `The server at ${this.host} has no completions there, or not that model (status 404). Check the address and the model's name.`,
          true,
        );
      case 429:
        return new ServerFault(
          `The server at ${this.host} was asked too often, or the key's quota is used up (status 429). It is asked again later; see what its provider allows.`,
          false,
        );
      case 503:
        return new ServerFault(
          `The server at ${this.host} is not ready (status 503); it may still be loading its model. It is asked again later; if this lasts, look at what it writes in its own window or log.`,
          false,
        );
      default:
        return new ServerFault(
          `The server at ${this.host} answers with status ${status}. Look at what it writes in its own window or log.`,
          false,
        );
    }
  }
}

/**
 * Has this thread trust the authorities that the system trusts, such as a company's own; VS Code sees to that only where extensions
 * run, not in their threads. An older Node.js keeps to its own list.
 */
export function trustSystem({ getCACertificates, setDefaultCACertificates }: Authorities): void {
  if (getCACertificates === undefined || setDefaultCACertificates === undefined) {
    return;
  }
  try {
    setDefaultCACertificates([...getCACertificates('default'), ...getCACertificates('system')]);
  } catch {
    // The system's list cannot be read; a server that needs it is then called untrusted, in words.
  }
}

/** Null when the answer is longer than {@link LARGEST_ANSWER}; the transfer is then aborted. */
async function limitedText(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  if (response.body !== null) {
    // Leaving the loop aborts the transfer.
    for await (const part of response.body as AsyncIterable<Uint8Array>) {
      length += part.length;
      if (length > LARGEST_ANSWER) {
        return null;
      }
      parts.push(part);
    }
  }
  return Buffer.concat(parts).toString('utf8');
}
