/** A model that the user chooses by a setting: which one is chosen, which one is in use, and whether it answers. */
import { isDeepStrictEqual } from 'node:util';
import { asError } from '../protocol/asError';
import type { ModelStatus } from '../protocol/generatorProtocol';
import type { LastFatalFile } from './fatalFile';

/** What the choice needs from the window. Null is no model. */
export interface ModelSurroundings<Choice> {
  /** Whether a model may be opened in this workspace at all. */
  isTrusted(): boolean;
  /** @throws Error with a sentence when the setting cannot be understood */
  configured(): Choice | null;
  configure(choice: Choice | null): Promise<void>;
  /** Translates a sentence of the generator into the user's language. */
  readonly shown: (sentence: string) => string;
  /** Shows that a model is being opened until the work settles. */
  whileOpening<T>(name: string, work: Promise<T>): Promise<T>;
  /** The last file that killed the generator when opened. */
  readonly fatal: LastFatalFile;
}

export interface ModelState<Choice> {
  readonly choice: Choice;
  readonly name: string;
  /** What was opened, and which parts of it are only approximate. */
  readonly description: string;
  /** Why it does not answer now, for the user; null while it does. */
  readonly away: string | null;
}

/** What the generator tells of a model that it has opened. */
interface Opened {
  readonly description: string;
  readonly away?: string | null;
}

export abstract class ChosenModel<Choice> {
  private used: ModelState<Choice> | null = null;
  /** The choice being opened, which will be used unless another follows; null while none is being opened. */
  private opening: { readonly choice: Choice | null } | null = null;

  protected constructor(
    protected readonly surroundings: ModelSurroundings<Choice>,
    private readonly onDidChange: () => void,
  ) {}

  /** Null while none is in use. */
  get state(): ModelState<Choice> | null {
    return this.used;
  }

  /** Whether such a model is in use, or being opened. */
  has(isSuch: (choice: Choice) => boolean = () => true): boolean {
    return [this.opening, this.used].some((model) => model?.choice != null && isSuch(model.choice));
  }

  /**
   * Uses this model, or none, from now on in every window.
   * @returns false when another choice was made before this model was open, or when it may not be used, in which case the present one stays
   * @throws Error with a sentence for the user when it cannot be opened; the present model then stays
   */
  async choose(choice: Choice | null): Promise<boolean> {
    const isUsed = await this.use(choice);
    if (isUsed) {
      await this.surroundings.configure(choice);
    }
    return isUsed;
  }

  /**
   * Uses the model that the setting names, unless it is in use or being opened already. A file that killed the generator is
   * refused until it changes.
   * @throws Error with a sentence for the user when it cannot be opened; the present model then stays
   */
  async follow(): Promise<void> {
    const choice = this.named();
    if (!isDeepStrictEqual(choice, (this.opening ?? this.used)?.choice ?? null)) {
      const file = choice && this.fileOf(choice);
      if (choice !== null && file !== null) {
        this.surroundings.fatal.refuse(file, this.nameOf(choice));
      }
      await this.use(choice, () => isDeepStrictEqual(choice, this.named()));
    }
  }

  /** Takes a report of the generator on the model in use. */
  heard({ state, message }: ModelStatus): void {
    if (this.used !== null) {
      this.set({ ...this.used, away: state === 'away' ? this.surroundings.shown(message) : null });
    }
  }

  /** @param isStillWanted asked where the opening has to wait for the user before it begins */
  protected abstract use(choice: Choice | null, isStillWanted?: () => boolean): Promise<boolean>;
  protected abstract nameOf(choice: Choice): string;
  /** The file that the generator's own thread reads, and so may die of; null when there is none. */
  protected abstract fileOf(choice: Choice): string | null;

  /** What the setting names, where a model may be opened. */
  protected named(): Choice | null {
    return this.surroundings.isTrusted() ? this.surroundings.configured() : null;
  }

  /** Shows that a model is being loaded, and notes whether the generator dies of it. */
  private watched(choice: Choice, loading: Promise<Opened>): Promise<Opened> {
    const file = this.fileOf(choice);
    const shown = this.surroundings.whileOpening(this.nameOf(choice), loading);
    return file === null ? shown : this.surroundings.fatal.watch(file, shown);
  }

  /**
   * Of several models being opened, takes only the one chosen last, whichever is open first.
   * @param loading by the generator, of the choice or of none
   * @returns whether it was taken
   * @throws what the opening rejects with, unless another was chosen meanwhile, as the failure then concerns nobody
   */
  protected async take(choice: Choice | null, loading: Promise<Opened>): Promise<boolean> {
    const opening = { choice };
    this.opening = opening;
    const work = choice === null ? loading : this.watched(choice, loading);
    const [opened] = await Promise.allSettled([work]);
    if (this.opening !== opening) {
      return false;
    }
    this.opening = null;
    if (opened.status === 'rejected') {
      throw asError(opened.reason);
    }
    const { shown } = this.surroundings;
    const { description, away = null } = opened.value;
    this.set(
      choice === null
        ? null
        : {
            choice,
            name: this.nameOf(choice),
            description: shown(description),
            away: away && shown(away),
          },
    );
    return true;
  }

  private set(state: ModelState<Choice> | null): void {
    this.used = state;
    this.onDidChange();
  }
}
