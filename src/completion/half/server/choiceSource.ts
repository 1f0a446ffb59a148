/** A server's likeliest tokens after texts: asked for a few texts at a time, cached, and not asked for while it is away. */
import { setNewest } from '../../../model/boundedMap';
import { asError } from '../../../protocol/asError';
import type { ModelStatus } from '../../../protocol/generatorProtocol';
import type { CompletionsClient } from './completionsClient';
import { ServerFault } from './serverConnection';
import type { TokenChoice } from './tokenChoices';

type Client = Pick<CompletionsClient, 'choicesAfter' | 'close' | 'host'>;

interface ChoiceSourceOptions {
  readonly onStatus: (status: ModelStatus) => void;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Whether the server was already reported as away; it is asked at once nevertheless. */
  readonly isAway?: boolean;
  /** Milliseconds without requests after the first fault; doubled after each further one, up to a minute. */
  readonly firstDelay?: number;
}

const AT_ONCE = 4;
/**
 * Beyond them the oldest are given up, so that a slow server is not asked about lines that were left long ago. More than one call asks
 * for: a measurement asks for 64 at once.
 */
const MOST_WAITING = 256;
const MOST_REMEMBERED = 2000;
const LONGEST_DELAY = 60_000;
/** Places of its likeliest continuation that one request covers while at most {@link FEW} texts are missing, as for a single line. */
const LOOK_AHEAD = 8;
const FEW = 2;

export class ChoiceSource {
  /** By text, least recently learned first. */
  private readonly known = new Map<string, readonly TokenChoice[]>();
  private readonly underWay = new Map<string, Promise<void>>();
  /** Told whether it is their turn, or whether they are given up. */
  private readonly waiting: ((isTurn: boolean) => void)[] = [];
  private running = 0;
  private faults = 0;
  /** Whether the last status reported was that the server is away. */
  private isToldAway: boolean;
  private awayUntil = 0;

  constructor(
    private readonly client: Client,
    private readonly options: ChoiceSourceOptions,
  ) {
    this.isToldAway = options.isAway ?? false;
  }

  /** The likeliest tokens after a text, likeliest first; undefined while unknown. */
  choicesAfter(text: string): readonly TokenChoice[] | undefined {
    return this.known.get(text);
  }

  /** Asks for the tokens after those of the texts that are not known yet; for none while the server is away. Never rejects. */
  async ask(texts: readonly string[]): Promise<void> {
    const missing = [...new Set(texts)].filter((text) => !this.known.has(text));
    const tokens = missing.length <= FEW ? LOOK_AHEAD : 1;
    await Promise.all(
      missing.map((text) => {
        const earlier = this.underWay.get(text);
        if (earlier !== undefined) {
          return earlier;
        }
        const work = this.askOne(text, tokens).finally(() => this.underWay.delete(text));
        this.underWay.set(text, work);
        return work;
      }),
    );
  }

  dispose(): void {
    this.client.close();
    this.known.clear();
  }

  private async askOne(text: string, tokens: number): Promise<void> {
    if (this.running >= AT_ONCE) {
      // The newest is served first, as older ones may no longer be needed.
      const turn = new Promise<boolean>((resolve) => this.waiting.push(resolve));
      if (this.waiting.length > MOST_WAITING) {
        this.waiting.shift()?.(false);
      }
      if (!(await turn)) {
        return;
      }
    }
    this.running++;
    let faultsBefore = 0;
    try {
      if (this.isAway()) {
        return;
      }
      faultsBefore = this.faults;
      let after = text;
      for (const { text: token, choices } of await this.client.choicesAfter(text, tokens)) {
        if (choices !== null) {
          setNewest(this.known, after, choices, MOST_REMEMBERED);
        }
        if (token === null) {
          break;
        }
        after += token;
      }
      this.answered();
    } catch (error) {
      // Requests that were under way at once fail of the same fault, which counts once.
      if (this.faults === faultsBefore) {
        this.failed(error);
      }
    } finally {
      this.running--;
      this.waiting.pop()?.(true);
    }
  }

  private isAway(): boolean {
    const now = this.options.now();
    if (now < this.awayUntil) {
      return true;
    }
    if (this.faults > 0) {
      // One request tests whether the server is back; no other is sent meanwhile.
      this.awayUntil = now + LONGEST_DELAY;
    }
    return false;
  }

  private answered(): void {
    this.faults = 0;
    this.awayUntil = 0;
    if (this.isToldAway) {
      this.isToldAway = false;
      this.tell('answering', `The server at ${this.client.host} answers again.`);
    }
  }

  private failed(error: unknown): void {
    const { firstDelay = 1000 } = this.options;
    const delay = Math.min(LONGEST_DELAY, firstDelay * 2 ** this.faults);
    const isLasting = error instanceof ServerFault && error.isLasting;
    this.awayUntil = this.options.now() + (isLasting ? LONGEST_DELAY : delay);
    this.faults++;
    if (!this.isToldAway) {
      this.isToldAway = true;
      this.tell('away', asError(error).message);
    }
  }

  private tell(state: ModelStatus['state'], message: string): void {
    this.options.onStatus({ state, message });
  }
}
