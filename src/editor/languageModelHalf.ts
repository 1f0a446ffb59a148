/** The language model that predicts beside the networks: what is chosen, what is in use, and how it fares. */
import { isDeepStrictEqual } from 'node:util';
import type { GeneratorClient } from '../completion/generatorClient';
import type { HalfChoice, HalfStatus } from '../protocol/generatorProtocol';
import type { LastFatalFile } from './fatalFile';
import { languageModelName } from './languageModelSetting';
import { LastChosen } from './lastChosen';

/** What the choice asks of the window; see `languageModelWindow.ts`. */
export interface LanguageModelSurroundings {
  /** Where llama.cpp is installed, if it is. */
  readonly llamaFolder: string;
  /** Whether this workspace's text may be given to a language model at all. */
  isTrusted(): boolean;
  /** @throws Error with a sentence when the setting cannot be understood */
  configured(): HalfChoice | null;
  configure(choice: HalfChoice | null): Promise<void>;
  /** Asks the user, once a server, whether text may be sent to a server. */
  allows(address: string): Promise<boolean>;
  /** The key that the user has given for a server. */
  keyFor(address: string): Promise<string | undefined>;
  /** A sentence of the generator in the user's language. */
  readonly shown: (sentence: string) => string;
  /** Shows that a model is being opened until the work settles. */
  whileOpening<T>(name: string, work: Promise<T>): Promise<T>;
  /** The models chosen before, the latest first. */
  readonly recent: readonly HalfChoice[];
  setRecent(choices: readonly HalfChoice[]): Promise<void>;
  /** What the generator died of. */
  readonly fatal: LastFatalFile;
}

export interface LanguageModelState {
  readonly choice: HalfChoice;
  readonly name: string;
  /** What was opened and what of it is only approximate. */
  readonly description: string;
  /** Whether it may have to be waited for, so that a suggestion is asked for a second time. */
  readonly isSlow: boolean;
  /** Why it does not answer now; null while it does. */
  readonly away: string | null;
}

type ServerChoice = Extract<HalfChoice, { kind: 'server' }>;

const MOST_RECENT = 8;

export class LanguageModelHalf {
  private used: LanguageModelState | null = null;
  private lastServer: ServerChoice | null = null;
  private readonly chosen = new LastChosen<HalfChoice | null, LanguageModelState | null>((state) => {
    this.set(state);
  });

  constructor(
    private readonly generator: Pick<GeneratorClient, 'loadHalf'>,
    private readonly surroundings: LanguageModelSurroundings,
    private readonly onDidChange: () => void,
  ) {}

  /** Null while none is in use. */
  get state(): LanguageModelState | null {
    return this.used;
  }

  /** Whether a model of this kind is in use, or being opened. */
  has(kind: HalfChoice['kind']): boolean {
    return [this.chosen.opening, this.used].some((model) => model?.choice?.kind === kind);
  }

  /** The last one that was chosen, be it that it could not be used. */
  get server(): ServerChoice | null {
    return this.lastServer;
  }

  get recent(): readonly HalfChoice[] {
    return this.surroundings.recent;
  }

  /**
   * Uses a model from now on, in every window, or none.
   * @returns false when the user does not want text to be sent to the server; the present one then stays
   * @throws Error with a sentence for the user when it cannot be opened; the present one then stays
   */
  async choose(choice: HalfChoice | null): Promise<boolean> {
    if (!(await this.use(choice))) {
      return false;
    }
    if (choice !== null) {
      await this.setRecent(choice);
    }
    await this.surroundings.configure(choice);
    return true;
  }

  /**
   * Uses what the setting names, unless it is in use or being opened already. What the generator died of is not tried again.
   * @throws Error with a sentence for the user when it cannot be opened; the present one then stays
   */
  async follow(): Promise<void> {
    const choice = this.named();
    const present = (this.chosen.opening ?? this.used)?.choice ?? null;
    if (!isDeepStrictEqual(choice, present)) {
      if (isFile(choice)) {
        this.surroundings.fatal.refuse(choice.path);
      }
      // The setting may name another by the time the user has answered whether text may be sent.
      await this.use(choice, () => isDeepStrictEqual(choice, this.named()));
    }
  }

  /** What the generator tells of the one in use. */
  heard({ state, message }: HalfStatus): void {
    if (this.used !== null) {
      this.set({ ...this.used, away: state === 'away' ? this.surroundings.shown(message) : null });
    }
  }

  private named(): HalfChoice | null {
    return this.surroundings.isTrusted() ? this.surroundings.configured() : null;
  }

  private async use(choice: HalfChoice | null, isStillWanted = () => true): Promise<boolean> {
    if (choice?.kind === 'server') {
      this.lastServer = choice;
      if (!(await this.surroundings.allows(choice.address))) {
        return false;
      }
    }
    const told = await this.toldOf(choice);
    if (!isStillWanted()) {
      return false;
    }
    return this.chosen.open(choice, this.open(choice, told));
  }

  /** As the generator is told of it. */
  private async toldOf(choice: HalfChoice | null): Promise<HalfChoice | null> {
    switch (choice?.kind) {
      case 'gguf':
        return { ...choice, modulePath: this.surroundings.llamaFolder };
      case 'server': {
        const key = await this.surroundings.keyFor(choice.address);
        return { ...choice, ...(key !== undefined && { key }) };
      }
      default:
        return choice;
    }
  }

  private async open(choice: HalfChoice | null, told: HalfChoice | null): Promise<LanguageModelState | null> {
    const loading = this.generator.loadHalf(told);
    if (choice === null) {
      await loading;
      return null;
    }
    const { name } = languageModelName(choice);
    const { fatal, shown } = this.surroundings;
    const opening = this.surroundings.whileOpening(name, loading);
    const { description, isSlow, away } = await (isFile(choice)
      ? fatal.watch(choice.path, opening)
      : opening);
    return {
      choice,
      name,
      description: shown(description),
      isSlow,
      away: away === null ? null : shown(away),
    };
  }

  private async setRecent(choice: HalfChoice): Promise<void> {
    const others = this.surroundings.recent.filter((other) => !isDeepStrictEqual(other, choice));
    await this.surroundings.setRecent([choice, ...others].slice(0, MOST_RECENT));
  }

  private set(state: LanguageModelState | null): void {
    this.used = state;
    this.onDidChange();
  }
}

const isFile = (choice: HalfChoice | null): choice is Exclude<HalfChoice, ServerChoice> =>
  choice !== null && choice.kind !== 'server';
