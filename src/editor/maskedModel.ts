/** The masked model that ranks suggestions when text follows the cursor: which one is chosen and which one is in use. */
import { basename, join } from 'node:path';
import type { GeneratorClient } from '../completion/generatorClient';
import type { MaskedStatus } from '../protocol/generatorProtocol';
import type { LastFatalFile } from './fatalFile';
import { LastChosen } from './lastChosen';

/** What the choice needs from the window; see `maskedModelWindow.ts`. Folders are absolute paths; null is none. */
export interface MaskedModelSurroundings {
  /** Where ONNX Runtime is installed, if it is. */
  readonly onnxFolder: string;
  /** Whether a model may be opened in this workspace at all. */
  isTrusted(): boolean;
  /** @throws Error with a sentence when the setting cannot be understood */
  configured(): string | null;
  configure(folder: string | null): Promise<void>;
  /** Translates a sentence of the generator into the user's language. */
  readonly shown: (sentence: string) => string;
  /** Shows that a model is being opened until the work settles. */
  whileOpening<T>(folder: string, work: Promise<T>): Promise<T>;
  /** The last file that killed the generator when opened. */
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
   * Uses the model in this folder, or none, from now on in every window.
   * @returns false when another choice was made before this model was open
   * @throws Error with a sentence for the user when it cannot be opened; the present model then stays
   */
  async choose(folder: string | null): Promise<boolean> {
    const isUsed = await this.use(folder);
    if (isUsed) {
      await this.surroundings.configure(folder);
    }
    return isUsed;
  }

  /**
   * Uses the model that the setting names, unless it is in use or being opened already. A model that killed the generator is
   * refused until its tokenizer file changes.
   * @throws Error with a sentence for the user when it cannot be opened; the present model then stays
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

  /** Takes a report of the generator on the model in use. */
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

/** The only file of a model that the generator's own thread reads; ONNX Runtime's process reads the rest. */
const tokenizerOf = (folder: string): string => join(folder, 'tokenizer.json');
