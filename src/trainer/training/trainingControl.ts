/** Pause, continue and cancel, as the training loop hears them between two steps. */
import { setImmediate } from 'node:timers/promises';
import type { TrainerEvent } from '../../protocol/trainerEvents';

/** The training was cancelled by the user; not a fault. */
export class CancelledError extends Error {
  constructor() {
    super('The training was cancelled.');
  }
}

export class TrainingControl {
  private readonly abort = new AbortController();
  private wake: (() => void) | null = null;
  private readonly pausedBy = new Set<'user' | 'battery'>();

  /** Aborts when the training is cancelled, with a {@link CancelledError}, or is stopped, with the reason given. */
  get signal(): AbortSignal {
    return this.abort.signal;
  }

  pause(by: 'user' | 'battery' = 'user'): void {
    this.pausedBy.add(by);
  }

  /** The user ends every pause; the battery, only its own. */
  resume(by: 'user' | 'battery' = 'user'): void {
    if (by === 'user') {
      this.pausedBy.clear();
    } else {
      this.pausedBy.delete(by);
    }
    this.wake?.();
  }

  cancel(): void {
    this.stop(new CancelledError());
  }

  /** Ends the training at its next breath, or at once while it is paused. */
  stop(reason: Error): void {
    this.abort.abort(reason);
    this.wake?.();
  }

  /**
   * Lets pending messages arrive.
   * @throws CancelledError, or the reason that the training was stopped for
   */
  async breathe(): Promise<void> {
    await setImmediate();
    this.signal.throwIfAborted();
  }

  /**
   * Lets pending messages arrive, and waits while paused; emits `paused` and `continued`.
   * @param beforePause is awaited before `paused` is emitted
   * @throws CancelledError, or the reason that the training was stopped for
   */
  async ready(
    emit: (event: TrainerEvent) => void,
    beforePause: () => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await this.breathe();
    if (this.pausedBy.size === 0) {
      return;
    }
    await beforePause();
    emit({ kind: 'paused' });
    while (this.pausedBy.size > 0 && !this.signal.aborted) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.wake = null;
    this.signal.throwIfAborted();
    emit({ kind: 'continued' });
  }
}
