/**
 * Requests to a server that speaks the OpenAI completions protocol. Apart from the installers, the only file of Understudy that
 * uses a network. It reaches only the address that the user has set: redirects are not followed, so neither text nor key go elsewhere.
 */
import * as v from 'valibot';
import { MOST_CHOICES, tokenChoices, type ChoicesAtPlace, type TokenChoice } from './tokenChoices';
import { whyUnreachable } from './unreachable';

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

export interface CompletionsClientOptions {
  /** e.g. `http://localhost:8080/v1`; without a path, `/v1` is meant. */
  readonly address: string;
  readonly model?: string | undefined;
  readonly key?: string | undefined;
  /** Milliseconds allowed for a whole answer. */
  readonly patience?: number;
}

/**
 * Numbers of likeliest tokens to ask for; a server that refuses is asked for what vLLM allows, then for what OpenAI allows. With
 * SmolLM2-135M on llama.cpp's server, English costs 1.63 bits a byte with 20 tokens, 1.39 with 100, and 1.21 with 400, but 400 take
 * 30 ms to read.
 */
const TOP_COUNTS = [MOST_CHOICES, 20, 5] as const;
/** Makes llama.cpp write a whole character, a line break; the probabilities it reports are those without this bias. */
const WHOLE_CHARACTER = { logit_bias: [['\n', 100]] };
const LARGEST_ANSWER = 1024 * 1024;
const DEFAULT_PATIENCE = 10_000;

export class CompletionsClient {
  /** Of the server, e.g. `localhost:8080`. */
  readonly host: string;
  private readonly base: string;
  /** The address's query, with its question mark; some hosts select a version or deployment by it. */
  private readonly query: string;
  private readonly patience: number;
  private readonly key: string | undefined;
  private name: string | null;
  private topIndex = 0;
  /** Whether the server has ever given probabilities. */
  private tells = false;
  private readonly closing = new AbortController();

  /** @throws ServerFault when the address is invalid, or the key cannot be sent as a header */
  constructor({ address, model, key, patience = DEFAULT_PATIENCE }: CompletionsClientOptions) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new ServerFault(
        `"${address}" is no address of a server. Give one such as http://localhost:8080/v1.`,
        true,
      );
    }
    this.host = url.host;
    // fetch's own error would quote the key, which must not appear in any message.
    if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
      throw new ServerFault(
        `The key for the server at ${this.host} has spaces or characters that no key has. Give it again with "Understudy: Set Language Model Key".`,
        true,
      );
    }
    const path = url.pathname.replace(/\/+$/, '').replace(/\/(?:chat\/)?completions$/, '');
    this.base = `${url.origin}${path === '' ? '/v1' : path}`;
    this.query = url.search;
    this.patience = patience;
    this.key = key;
    this.name = model ?? null;
  }

  /** @throws ServerFault */
  async modelName(): Promise<string> {
    if (this.name === null) {
      const listed = await this.request('GET', '/models', undefined);
      const models = v.object({ data: v.pipe(v.array(v.object({ id: v.string() })), v.minLength(1)) });
      if (!v.is(models, listed)) {
        throw new ServerFault(
          `The server at ${this.host} lists no models. Check the address, or name the model.`,
          true,
        );
      }
      this.name = listed.data[0].id;
    }
    return this.name;
  }

  /**
   * The likeliest tokens after a text, and after each token of its likeliest continuation.
   * @throws ServerFault
   */
  async choicesAfter(prompt: string, tokens: number): Promise<ChoicesAtPlace[]> {
    const places = await this.places(prompt, tokens);
    const first = places.at(0);
    if (first?.choices != null && first.choices.length > 0) {
      this.tells = true;
      return places;
    }
    // llama.cpp gives no probabilities where it writes only a part of a character.
    const choices = await this.choicesAtPartOfCharacter(prompt);
    return [{ text: first?.text ?? null, choices }, ...places.slice(1)];
  }

  /** Empty where a server that gives probabilities elsewhere gives none here. @throws ServerFault when it never gave any */
  private async choicesAtPartOfCharacter(prompt: string): Promise<readonly TokenChoice[]> {
    const asked = this.places(prompt, 1, WHOLE_CHARACTER);
    const [place] = await asked.catch((error: unknown) => {
      if (error instanceof BadRequest) {
        return [];
      }
      throw error;
    });
    const choices = (place as ChoicesAtPlace | undefined)?.choices ?? [];
    this.tells ||= choices.length > 0;
    if (!this.tells) {
      throw new ServerFault(
        `The server at ${this.host} tells no probabilities of tokens ("logprobs"), without which its model cannot be mixed in. Choose another server, such as llama.cpp's.`,
        true,
      );
    }
    return choices;
  }

  private async places(prompt: string, tokens: number, more?: object): Promise<ChoicesAtPlace[]> {
    const model = await this.modelName();
    for (let topIndex = this.topIndex; ; topIndex++) {
      const topCount = TOP_COUNTS[topIndex];
      const body = {
        model,
        prompt,
        max_tokens: tokens,
        temperature: 0,
        logprobs: topCount,
        // llama.cpp's own name for `logprobs`.
        n_probs: topCount,
        cache_prompt: true,
        stream: false,
        ...more,
      };
      try {
        const answer = await this.request('POST', '/completions', body);
        // Only now, since the server may have refused something else, and others may be asking at the same time.
        this.topIndex = topIndex;
        // A server that ignores `max_tokens` would have all that it writes kept in memory.
        return tokenChoices(answer).slice(0, tokens);
      } catch (error) {
        const mayBeTooMany =
          more === undefined && error instanceof BadRequest && topIndex + 1 < TOP_COUNTS.length;
        if (!mayBeTooMany) {
          throw error;
        }
      }
    }
  }

  /** Aborts all requests. */
  close(): void {
    this.closing.abort();
  }

  private async request(method: 'GET' | 'POST', path: string, body: unknown): Promise<unknown> {
    const signal = AbortSignal.any([this.closing.signal, AbortSignal.timeout(this.patience)]);
    let response: Response;
    let text: string | null;
    try {
      response = await fetch(this.base + path + this.query, {
        method,
        redirect: 'manual',
        signal,
        headers: {
          'content-type': 'application/json',
          ...(this.key !== undefined && { authorization: `Bearer ${this.key}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      text = await limitedText(response);
    } catch (error) {
      throw this.unreachable(error);
    }
    if (text === null) {
      throw new ServerFault(`The server at ${this.host} gives answers that are far too long.`, false);
    }
    if (!response.ok) {
      throw this.refused(response.status);
    }
    let answer: unknown;
    try {
      answer = JSON.parse(text);
    } catch (error) {
      throw new ServerFault(
        `The server at ${this.host} gives answers that are no JSON. Check that the address is that of its API.`,
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

  private unreachable(error: unknown): ServerFault {
    const why =
      error instanceof DOMException && error.name === 'TimeoutError'
        ? `it did not answer in ${Math.round(this.patience / 1000)} s`
        : whyUnreachable(error);
    return new ServerFault(`The server at ${this.host} cannot be reached: ${why}.`, false, { cause: error });
  }

  private refused(status: number): ServerFault {
    switch (status) {
      case 301:
      case 302:
      case 303:
      case 307:
      case 308:
        return new ServerFault(
          `The server at ${this.host} sends on to another address (status ${status}), where neither text nor key are sent. Give the address that it is at.`,
          true,
        );
      case 400:
      case 422:
        return new BadRequest(
          `The server at ${this.host} refuses what it is asked (status ${status}).`,
          true,
        );
      case 401:
      case 403:
        return new ServerFault(
          `The server at ${this.host} does not accept the key (status ${status}). Give the right one with "Understudy: Set Language Model Key".`,
          true,
        );
      case 404:
        return new ServerFault(
          `The server at ${this.host} has no completions there, or not that model (status 404). Check the address and the model's name.`,
          true,
        );
      default:
        return new ServerFault(`The server at ${this.host} answers with status ${status}.`, false);
    }
  }
}

class BadRequest extends ServerFault {}

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
