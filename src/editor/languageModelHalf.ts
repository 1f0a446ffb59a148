/** The language model that predicts beside the networks: which one is chosen, which one is in use, and whether it answers. */
import { isDeepStrictEqual } from 'node:util';
import type { GeneratorClient } from '../completion/generatorClient';
import type { HalfChoice, HalfStatus } from '../protocol/generatorProtocol';
import type { LastFatalFile } from './fatalFile';
import { languageModelName } from './languageModelSetting';
import { LastChosen } from './lastChosen';

/** What the choice needs from the window; see `languageModelWindow.ts`. */
export interface LanguageModelSurroundings {
  /** Where llama.cpp is installed, if it is. */
  readonly llamaFolder: string;
  /** Whether this workspace's text may be given to a language model at all. */
  isTrusted(): boolean;
  /** @throws Error with a sentence when the setting cannot be understood */
  configured(): HalfChoice | null;
  configure(choice: HalfChoice | null): Promise<void>;
  /** Asks the user whether text may be sent to a server, unless they have allowed it before. */
  allows(address: string): Promise<boolean>;
  /** The key that the user has given for a server. */
  keyFor(address: string): Promise<string | undefined>;
  /** Translates a sentence of the generator into the user's language. */
  readonly shown: (sentence: string) => string;
  /** Shows that a model is being opened until the work settles. */
  whileOpening<T>(name: string, work: Promise<T>): Promise<T>;
  /** Models chosen before, most recent first. */
  readonly recent: readonly HalfChoice[];
  setRecent(choices: readonly HalfChoice[]): Promise<void>;
  /** The last file that killed the generator when opened. */
  readonly fatal: LastFatalFile;
}

export interface LanguageModelState {
  readonly choice: HalfChoice;
  readonly name: string;
  /** What was opened, and which parts of it are only approximate. */
  readonly description: string;
  /** Whether its answers may come late, so that a suggestion is requested a second time. */
  readonly isSlow: boolean;
  /** Why it does not answer now; null while it does. */
  readonly away: string | null;
}

type ServerChoice = Extract<HalfChoice, { kind: 'server' }>;

const MOST_RECENT = 8;

export class LanguageModelHalf {
  private used: LanguageModelState | null = null;
  private lastServer: ServerChoice | null = null;
  private choices = 0;
  /** The number of the choice that the generator was told of last. */
  private newestTold = 0;
  /** What it was told, with the key of a server. */
  private told: HalfChoice | null = null;
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

  /** The server chosen last, even if it could not be used. */
  get server(): ServerChoice | null {
    return this.lastServer;
  }

  /** The model in use, which the setting may name although it was never chosen here, and those chosen before. */
  get recent(): readonly HalfChoice[] {
    const { recent } = this.surroundings;
    return this.used === null ? recent : newestFirst(this.used.choice, recent);
  }

  /**
   * Uses this model, or none, from now on in every window.
   * @returns false when the user refuses to send text to the server, in which case the present model stays, or when another choice
   *   was made before this model was open
   * @throws Error with a sentence for the user when it cannot be opened; the present model then stays
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
   * Uses the model that the setting names, unless it is in use or being opened already. A file that killed the generator is
   * refused until it changes.
   * @throws Error with a sentence for the user when it cannot be opened; the present model then stays
   */
  async follow(): Promise<void> {
    const choice = this.named();
    const present = (this.chosen.opening ?? this.used)?.choice ?? null;
    if (!isDeepStrictEqual(choice, present)) {
      if (isFile(choice)) {
        this.surroundings.fatal.refuse(choice.path);
      }
      // While the user is asked whether text may be sent, the setting may change.
      await this.use(choice, () => isDeepStrictEqual(choice, this.named()));
    }
  }

  /**
   * Opens the server that the setting names anew with its key, where that has changed, as in another window.
   * @throws Error with a sentence for the user when it cannot be opened
   */
  async followKey(): Promise<void> {
    const { told } = this;
    const choice = this.named();
    if (choice?.kind !== 'server' || told?.kind !== 'server' || told.address !== choice.address) {
      return;
    }
    const renewed = await this.toldOf(choice);
    // What was told meanwhile came with the key.
    if (told === this.told && !isDeepStrictEqual(renewed, told)) {
      this.told = renewed;
      await this.chosen.open(choice, this.open(choice, renewed));
    }
  }

  /** Takes a report of the generator on the model in use. */
  heard({ state, message }: HalfStatus): void {
    if (this.used !== null) {
      this.set({ ...this.used, away: state === 'away' ? this.surroundings.shown(message) : null });
    }
  }

  private named(): HalfChoice | null {
    return this.surroundings.isTrusted() ? this.surroundings.configured() : null;
  }

  private async use(choice: HalfChoice | null, isStillWanted = () => true): Promise<boolean> {
    const number = ++this.choices;
    if (choice?.kind === 'server') {
      this.lastServer = choice;
      if (!(await this.surroundings.allows(choice.address))) {
        return false;
      }
    }
    const told = await this.toldOf(choice);
    // A system may ask the user before it gives a key, and the user may choose another model meanwhile.
    if (number < this.newestTold || !isStillWanted()) {
      return false;
    }
    this.newestTold = number;
    this.told = told;
    return this.chosen.open(choice, this.open(choice, told));
  }

  /** The choice with what the generator needs to open it: the folder of llama.cpp, or the key of a server. */
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
    await this.surroundings.setRecent(newestFirst(choice, this.surroundings.recent).slice(0, MOST_RECENT));
  }

  private set(state: LanguageModelState | null): void {
    this.used = state;
    this.onDidChange();
  }
}

const newestFirst = (newest: HalfChoice, choices: readonly HalfChoice[]): HalfChoice[] => [
  newest,
  ...choices.filter((other) => !isDeepStrictEqual(other, newest)),
];

const isFile = (choice: HalfChoice | null): choice is Exclude<HalfChoice, ServerChoice> =>
  choice !== null && choice.kind !== 'server';
