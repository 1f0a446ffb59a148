/** Gathers changes for a moment, and handles them together: one round at a time, with a rest after each. */
export interface RoundsOptions {
  /** Milliseconds within which changes are gathered. */
  readonly gatherFor: number;
  /** Rest after each round, as a multiple of its duration: a build or a growing log must not keep reader and generator busy. */
  readonly restFor: number;
  /** Limit of a rest, in milliseconds: a round may last a night, as the clock of most systems goes on while the computer sleeps. */
  readonly longestRest: number;
  onError(error: unknown): void;
}

export abstract class ChangeRounds<Change> {
  private readonly waiting = new Map<string, Change>();
  private concernsAll = false;
  private timer: NodeJS.Timeout | null = null;
  private isWorking = false;
  /** No round begins before this time, in milliseconds of `performance.now()`. */
  private restsUntil = 0;

  protected constructor(private readonly pace: RoundsOptions) {}

  /** Lets the next round concern everything. */
  addAll(): void {
    this.concernsAll = true;
    this.schedule();
  }

  dispose(): void {
    this.waiting.clear();
    this.concernsAll = false;
    this.schedule();
  }

  /** @param name under which a later change takes the place of this one */
  protected note(name: string, change: Change): void {
    this.waiting.set(name, change);
    this.schedule();
  }

  protected abstract handle(changed: readonly Change[], concernsAll: boolean): Promise<void>;

  private schedule(): void {
    if (this.waiting.size === 0 && !this.concernsAll) {
      clearTimeout(this.timer ?? undefined);
      this.timer = null;
    } else if (!this.isWorking) {
      const wait = Math.max(this.pace.gatherFor, this.restsUntil - performance.now());
      this.timer ??= setTimeout(() => {
        void this.work();
      }, wait);
    }
  }

  private async work(): Promise<void> {
    const changed = [...this.waiting.values()];
    const { concernsAll } = this;
    this.waiting.clear();
    this.concernsAll = false;
    this.timer = null;
    this.isWorking = true;
    const started = performance.now();
    try {
      await this.handle(changed, concernsAll);
    } catch (error) {
      this.pace.onError(error);
    } finally {
      this.isWorking = false;
      const ended = performance.now();
      const { restFor, longestRest } = this.pace;
      this.restsUntil = ended + Math.min(longestRest, restFor * (ended - started));
      this.schedule();
    }
  }
}
