/**
 * Requests to a server that speaks the OpenAI completions protocol. The only file of Understudy that uses a network, and only
 * towards the address that the user has set: no redirection is followed, so that neither text nor key go elsewhere.
 */
import * as v from 'valibot';
import { MOST_CHOICES, tokenChoices, type ChoicesAtPlace, type TokenChoice } from './tokenChoices';
import { whyUnreachable } from './unreachable';

/** The message is a sentence for the user. */
export class ServerFault extends Error {
  /** @param isLasting whether asking again cannot help before something is changed */
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
  /** Milliseconds for one whole answer. */
  readonly patience?: number;
}

/**
 * Likeliest tokens asked for; servers that refuse are asked for what vLLM or what OpenAI allows. Of SmolLM2-135M on llama.cpp's
 * server, English costs 1.63 bits a byte by 20 tokens, 1.39 by 100, 1.21 by 400; those take 30 ms to read.
 */
const TOP_COUNTS = [MOST_CHOICES, 20, 5] as const;
/** Makes llama.cpp write a whole character; the probabilities that it tells are without it. */
const WHOLE_CHARACTER = { logit_bias: [['\n', 100]] };
const LARGEST_ANSWER = 1024 * 1024;
const DEFAULT_PATIENCE = 10_000;

export class CompletionsClient {
  /** Of the server, e.g. `localhost:8080`. */
  readonly host: string;
  private readonly base: string;
  /** What some hosts tell versions or deployments by, with its question mark. */
  private readonly query: string;
  private readonly patience: number;
  private readonly key: string | undefined;
  private name: string | null;
  private topIndex = 0;
  /** Whether it has ever told probabilities. */
  private tells = false;
  private readonly closing = new AbortController();

  /** @throws ServerFault when the address is none, or the key none that can be sent */
  constructor({ address, model, key, patience = DEFAULT_PATIENCE }: CompletionsClientOptions) {
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new ServerFault(
        `"${address}" is no address of a server. Give one such as http://localhost:8080/v1.`,
        true,
      );
    }
    this.host = url.host;
    // The fault that fetch would have with it says the key, which must stand in no message.
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
    // llama.cpp tells nothing of a place where it writes a part of a character.
    const choices = await this.choicesAtPartOfCharacter(prompt);
    return [{ text: first?.text ?? null, choices }, ...places.slice(1)];
  }

  /** None where a server that tells them elsewhere does not tell them here. */
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
    for (;;) {
      const topCount = TOP_COUNTS[this.topIndex];
      const body = {
        model,
        prompt,
        max_tokens: tokens,
        temperature: 0,
        logprobs: topCount,
        // llama.cpp's own name for the same.
        n_probs: topCount,
        cache_prompt: true,
        stream: false,
        ...more,
      };
      try {
        // One that writes on and on would have all of it remembered.
        return tokenChoices(await this.request('POST', '/completions', body)).slice(0, tokens);
      } catch (error) {
        const mayBeTooMany =
          more === undefined && error instanceof BadRequest && this.topIndex + 1 < TOP_COUNTS.length;
        if (!mayBeTooMany) {
          throw error;
        }
        this.topIndex++;
      }
    }
  }

  /** Breaks off what is under way. */
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

/** Null when the answer is longer than any that is of use; it is then broken off. */
async function limitedText(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let length = 0;
  if (response.body !== null) {
    // Leaving the loop breaks the answer off.
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
