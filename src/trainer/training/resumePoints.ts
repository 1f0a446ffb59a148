/** Writes now and then how far a training is. */
import type { ResumePoint } from './resumeFile';
import { countedSeconds } from './trainingBudget';

/** What changes from one resume point of a training to the next. */
export type LoopState = Pick<ResumePoint, 'weights' | 'optimizer' | 'best' | 'position' | 'progress'>;

const SECONDS_BETWEEN_POINTS = 10;
/** In the time that a training may take. One is of tens of megabytes, so that a day of them would write hundreds of gigabytes. */
const MOST_POINTS = 200;
/** Writing them may take this share of the time; on a slow disk they are rarer. */
const WRITING_SHARE = 0.02;

export class ResumePoints {
  private lastEnd: number;
  /** What writing the last one took; Infinity before the first. */
  private lastSeconds = Infinity;

  /**
   * @param save writes one
   * @param trainingSeconds that the training may take
   * @param now milliseconds
   */
  constructor(
    private readonly save: (state: LoopState) => Promise<void>,
    private readonly trainingSeconds: number,
    private readonly now: () => number,
  ) {
    this.lastEnd = now();
  }

  get isDue(): boolean {
    const pause = Math.max(
      SECONDS_BETWEEN_POINTS,
      this.trainingSeconds / MOST_POINTS,
      this.lastSeconds / WRITING_SHARE,
    );
    return this.now() - this.lastEnd >= 1000 * pause;
  }

  /** @returns seconds that it took, as far as they count */
  async write(stateOf: () => Promise<LoopState>): Promise<number> {
    const start = this.now();
    await this.save(await stateOf());
    this.lastEnd = this.now();
    this.lastSeconds = countedSeconds((this.lastEnd - start) / 1000, this.lastSeconds);
    return this.lastSeconds;
  }
}
