/** The language model that predicts beside the networks. A server is asked only with the user's consent, and with its key. */
import { isDeepStrictEqual } from 'node:util';
import type { GeneratorClient } from '../completion/generatorClient';
import type { HalfChoice } from '../protocol/generatorProtocol';
import { ChosenModel, type ModelSurroundings } from './chosenModel';
import { languageModelName } from './languageModelSetting';

/** What the choice needs from the window; see `languageModelWindow.ts`. */
export interface LanguageModelSurroundings extends ModelSurroundings<HalfChoice> {
  /** Where llama.cpp is installed, if it is. */
  readonly llamaFolder: string;
  /** Asks the user whether text may be sent to a server, unless they have allowed it before. */
  allows(address: string): Promise<boolean>;
  /** The key that the user has given for a server. */
  keyFor(address: string): Promise<string | undefined>;
  /** Models chosen before, most recent first. */
  readonly recent: readonly HalfChoice[];
  setRecent(choices: readonly HalfChoice[]): Promise<void>;
}

type ServerChoice = Extract<HalfChoice, { kind: 'server' }>;

const MOST_RECENT = 8;

export class LanguageModelHalf extends ChosenModel<HalfChoice> {
  private lastServer: ServerChoice | null = null;
  private choices = 0;
  /** The number of the choice that the generator was told of last. */
  private newestTold = 0;
  /** What it was told, with the key of a server. */
  private told: HalfChoice | null = null;

  constructor(
    private readonly generator: Pick<GeneratorClient, 'loadHalf'>,
    protected override readonly surroundings: LanguageModelSurroundings,
    onDidChange: () => void,
  ) {
    super(surroundings, onDidChange);
  }

  /** The server chosen last, even if it could not be used. */
  get server(): ServerChoice | null {
    return this.lastServer;
  }

  /** The model in use, which the setting may name although it was never chosen here, and those chosen before. */
  get recent(): readonly HalfChoice[] {
    const { recent } = this.surroundings;
    return this.state === null ? recent : newestFirst(this.state.choice, recent);
  }

  /** As {@link ChosenModel.choose}; false also when the user refuses to send text to the server. */
  override async choose(choice: HalfChoice | null): Promise<boolean> {
    const isUsed = await super.choose(choice);
    if (isUsed && choice !== null) {
      const { recent } = this.surroundings;
      await this.surroundings.setRecent(newestFirst(choice, recent).slice(0, MOST_RECENT));
    }
    return isUsed;
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
      await this.take(choice, this.generator.loadHalf(renewed));
    }
  }

  protected async use(choice: HalfChoice | null, isStillWanted = () => true): Promise<boolean> {
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
    return this.take(choice, this.generator.loadHalf(told));
  }

  protected nameOf(choice: HalfChoice): string {
    return languageModelName(choice).name;
  }

  protected fileOf(choice: HalfChoice): string | null {
    return choice.kind === 'server' ? null : choice.path;
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
}

const newestFirst = (newest: HalfChoice, choices: readonly HalfChoice[]): HalfChoice[] => [
  newest,
  ...choices.filter((other) => !isDeepStrictEqual(other, newest)),
];
