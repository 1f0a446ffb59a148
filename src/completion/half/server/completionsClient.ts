/** What is asked of a server that speaks the OpenAI completions protocol: its likeliest tokens after a text. */
import * as v from 'valibot';
import { BadRequest, ServerConnection, ServerFault, type ServerConnectionOptions } from './serverConnection';
import { MOST_CHOICES, tokenChoices, type ChoicesAtPlace, type TokenChoice } from './tokenChoices';

interface CompletionsClientOptions extends ServerConnectionOptions {
  /** By default the first that the server lists. */
  readonly model?: string | undefined;
}

/**
 * Numbers of likeliest tokens to ask for; a server that refuses is asked for what vLLM allows, then for what OpenAI allows. With
 * SmolLM2-135M on llama.cpp's server, English costs 1.63 bits a byte with 20 tokens, 1.39 with 100, and 1.21 with 400, but 400 take
 * 30 ms to read.
 */
const TOP_COUNTS = [MOST_CHOICES, 20, 5] as const;
/** llama.cpp's own parameters, the first its name for `logprobs`. OpenAI refuses what it does not know, so the later questions omit them. */
const ownNames = (topCount: number) => ({ n_probs: topCount, cache_prompt: true });
/** Makes llama.cpp write a whole character, a line break; the probabilities it reports are those without this bias. */
const WHOLE_CHARACTER = { logit_bias: [['\n', 100]] };

export class CompletionsClient {
  private readonly connection: ServerConnection;
  private readonly givenName: string | null;
  private name: string | null;
  private topIndex = 0;
  /** Whether the server has ever given probabilities. */
  private tells = false;

  /** @throws ServerFault when the address is invalid, or the key cannot be sent as a header */
  constructor(options: CompletionsClientOptions) {
    this.connection = new ServerConnection(options);
    this.givenName = options.model ?? null;
    this.name = this.givenName;
  }

  /** Of the server, e.g. `localhost:8080`. */
  get host(): string {
    return this.connection.host;
  }

  /** @throws ServerFault */
  async modelName(): Promise<string> {
    if (this.name === null) {
      const listed = await this.connection.request('GET', '/models', undefined);
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
        `The server at ${this.host} does not tell the probabilities of tokens ("logprobs"), without which its model cannot be mixed in. Choose another server, such as llama.cpp's.`,
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
        stream: false,
        ...(topIndex === 0 && ownNames(topCount)),
        ...more,
      };
      try {
        const answer = await this.connection.request('POST', '/completions', body);
        // Only now, since the server may have refused something else, and others may be asking at the same time.
        this.topIndex = topIndex;
        // A server that ignores `max_tokens` would have all that it writes kept in memory.
        return tokenChoices(answer).slice(0, tokens);
      } catch (error) {
        const mayBeTooMany =
          more === undefined && error instanceof BadRequest && topIndex + 1 < TOP_COUNTS.length;
        if (!mayBeTooMany) {
          // The server may have been started again with another model than it listed.
          this.name = this.givenName;
          throw error;
        }
      }
    }
  }

  /** Aborts all requests. */
  close(): void {
    this.connection.close();
  }
}
