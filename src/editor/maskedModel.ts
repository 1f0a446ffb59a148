/** The masked model by which suggestions are ranked where text stands right of the cursor: what is chosen and what is in use. */
import { basename, join } from 'node:path';
import type { GeneratorClient } from '../completion/generatorClient';
import type { MaskedStatus } from '../protocol/generatorProtocol';
import type { LastFatalFile } from './fatalFile';
import { LastChosen } from './lastChosen';

/** What the choice asks of the window; see `maskedModelWindow.ts`. Folders are whole paths; null is none. */
export interface MaskedModelSurroundings {
  /** Where ONNX Runtime is installed, if it is. */
  readonly onnxFolder: string;
  /** Whether a model may be opened in this workspace at all. */
  isTrusted(): boolean;
  /** @throws Error with a sentence when the setting cannot be understood */
  configured(): string | null;
  configure(folder: string | null): Promise<void>;
  /** A sentence of the generator in the user's language. */
  readonly shown: (sentence: string) => string;
  /** Shows that a model is being opened until the work settles. */
  whileOpening<T>(folder: string, work: Promise<T>): Promise<T>;
  /** What the generator died of. */
  readonly fatal: LastFatalFile;
}

export interface MaskedModelState {
  readonly folder: string;
  /** What was opened. */
  readonly description: string;
  /** Why it does not answer now, for the user; null while it does. */
  readonly away: string | null;
}

export class MaskedModel {
  private used: MaskedModelState | null = null;
  private readonly chosen = new LastChosen<string | null, MaskedModelState | null>((state) => {
    this.used = state;
    this.onDidChange();
  });

  constructor(
    private readonly generator: Pick<GeneratorClient, 'loadMasked'>,
    private readonly surroundings: MaskedModelSurroundings,
    private readonly onDidChange: () => void,
  ) {}

  /** Null while none is in use. */
  get state(): MaskedModelState | null {
    return this.used;
  }

  /** Whether one is in use, or being opened. */
  get isChosen(): boolean {
    return this.used !== null || typeof this.chosen.opening?.choice === 'string';
  }

  /**
   * Uses the model in a folder from now on, in every window, or none.
   * @returns false when another was asked for before this one was there
   * @throws Error with a sentence for the user when it cannot be opened; the present one then stays
   */
  async choose(folder: string | null): Promise<boolean> {
    const isUsed = await this.use(folder);
    if (isUsed) {
      await this.surroundings.configure(folder);
    }
    return isUsed;
  }

  /**
   * Uses what the setting names, unless it is in use or being opened already. What the generator died of is not tried again.
   * @throws Error with a sentence for the user when it cannot be opened; the present one then stays
   */
  async follow(): Promise<void> {
    const folder = this.surroundings.isTrusted() ? this.surroundings.configured() : null;
    const { opening } = this.chosen;
    const present = opening === null ? (this.used?.folder ?? null) : opening.choice;
    if (folder !== present) {
      if (folder !== null) {
        this.surroundings.fatal.refuse(tokenizerOf(folder), basename(folder));
      }
      await this.use(folder);
    }
  }

  /** What the generator tells of the one in use. */
  heard({ state, message }: MaskedStatus): void {
    if (this.used !== null) {
      this.used = { ...this.used, away: state === 'away' ? this.surroundings.shown(message) : null };
      this.onDidChange();
    }
  }

  private use(folder: string | null): Promise<boolean> {
    return this.chosen.open(folder, this.open(folder));
  }

  private async open(folder: string | null): Promise<MaskedModelState | null> {
    if (folder === null) {
      await this.generator.loadMasked(null);
      return null;
    }
    const loading = this.generator.loadMasked({ folder, modulePath: this.surroundings.onnxFolder });
    const opening = this.surroundings.whileOpening(folder, loading);
    const { description } = await this.surroundings.fatal.watch(tokenizerOf(folder), opening);
    return { folder, description, away: null };
  }
}

/** All of a model that the generator's own thread reads. */
const tokenizerOf = (folder: string): string => join(folder, 'tokenizer.json');
