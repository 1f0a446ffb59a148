/** The time and text that a training may take, and how much of it is spent. */
import type { TrainingProgress } from './resumeFile';

const SECONDS_BETWEEN_VALIDATIONS = 15;
const FEWEST_VALIDATIONS = 4;
const MOST_VALIDATIONS = 20;
/** Work that takes longer than these seconds, and than so many times as long as usual, was held up by a computer that slept. */
const LONGEST_HOLD_UP = 5;
const LONGEST_TIMES_USUAL = 20;

/** How often a training of this length is measured. */
export function validationCount(seconds: number): number {
  const wished = Math.round(seconds / SECONDS_BETWEEN_VALIDATIONS);
  return Math.min(MOST_VALIDATIONS, Math.max(FEWEST_VALIDATIONS, wished));
}

/**
 * Seconds of a piece of work that count. The clock goes on while the computer sleeps, except on Linux; of a night, only seconds may
 * be taken from the training.
 * @param usual seconds of such work; Infinity where they are not known
 */
export function countedSeconds(seconds: number, usual: number): number {
  return Math.min(seconds, Math.max(LONGEST_HOLD_UP, LONGEST_TIMES_USUAL * usual));
}

export class TrainingBudget {
  /**
   * @param seconds that the training may take
   * @param mostTokens after which it ends although there is time left; Infinity for none
   * @param validationSeconds that the last validation took; it changes with the machine's load
   */
  constructor(
    private readonly seconds: number,
    private readonly mostTokens: number,
    public validationSeconds: number,
  ) {}

  /** 0 to 1: by time or by tokens, whichever ends the training first. */
  shareSpent(progress: TrainingProgress): number {
    const tokensSpent = progress.trainedTokens / this.mostTokens;
    return Math.min(Math.max(this.timeSpent(progress), tokensSpent), 1);
  }

  /** At equal intervals of the time; at least a few times where the tokens end the training sooner. */
  isValidationDue(progress: TrainingProgress): boolean {
    const next = progress.validations + 1;
    return (
      this.shareSpent(progress) >= Math.min(1, next / FEWEST_VALIDATIONS) ||
      this.timeSpent(progress) >= next / validationCount(this.seconds)
    );
  }

  secondsLeft(progress: TrainingProgress): number {
    const { seconds } = progress;
    return Math.max(Math.min(this.seconds, seconds / this.shareSpent(progress)) - seconds, 0);
  }

  /** Share of the time for steps: time is reserved for the last validation, and a step begins only if most of it fits. */
  private timeSpent({ seconds, step, trainingSeconds }: TrainingProgress): number {
    const halfStep = step === 0 ? 0 : trainingSeconds / step / 2;
    return seconds / Math.max(this.seconds - this.validationSeconds - halfStep, this.seconds / 2);
  }
}
