/** The optimisation: truncated back-propagation within a time budget, measured on held-out text as it goes. */
import type { HeldOutScore, TrainerEvent } from '../../protocol/trainerEvents';
import type { TrainingOptions } from '../../protocol/trainerProtocol';
import type { NetworkWeights } from '../../model/networkConfig';
import type { BatchPosition, BatchStream } from '../data/batchStream';
import { DivergenceError, type TrainableNetwork } from '../engine';
import { countOf } from '../network/batchParts';
import { dropoutAt } from './dropoutSchedule';
import { freshOptimizer } from './freshWeights';
import { isBetter } from './improvement';
import { learningRateAt } from './learningRateSchedule';
import type { Measured } from './measureHeldOut';
import type { MeasuredNetwork, ResumePoint, TrainingProgress } from './resumeFile';
import type { ResumePoints } from './resumePoints';
import { countedSeconds, TrainingBudget } from './trainingBudget';
import type { TrainingControl } from './trainingControl';

interface TrainingLoopOptions {
  readonly network: TrainableNetwork;
  readonly stream: BatchStream;
  readonly training: TrainingOptions;
  /** Tokens after which training ends although there is time left; Infinity for none. */
  readonly mostTokens: number;
  /** What training starts from. */
  readonly initial: NetworkWeights;
  /** Scores the network as it would be stored. */
  readonly measure: () => Promise<Measured>;
  /** What one call of `measure` takes, seconds. */
  readonly validationSeconds: number;
  readonly resumeFrom: ResumePoint | null;
  readonly control: TrainingControl;
  readonly emit: (event: TrainerEvent) => void;
  readonly resumePoints: ResumePoints;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * So many validations in a row, each worse than the one before, end the training of a fresh network early. Not beating the best
 * score is no reason: while the learning rate is high, held-out text costs more than it will at the end. A training with a limit of
 * tokens is never ended early: in a small workspace the network's own score soon worsens while ghost text still gains by it.
 */
const PATIENCE = 5;
const MOST_ROLL_BACKS = 3;
const MILLISECONDS_BETWEEN_STEP_EVENTS = 100;

export class TrainingLoop {
  /** The best network that this training has measured; null before the first. */
  private best: MeasuredNetwork | null = null;
  private progress: TrainingProgress = {
    step: 0,
    seconds: 0,
    trainedTokens: 0,
    trainingSeconds: 0,
    validations: 0,
    lastScore: null,
    worseInARow: 0,
    rollBacks: 0,
  };
  /** The last step after which the network was measured, as far as is known. */
  private measuredStep = 0;
  private readonly budget: TrainingBudget;
  private readonly startPosition: BatchPosition;
  private lastStepEvent = -Infinity;
  /** The largest share that was told: the share spent falls a little where measuring was slow and is fast again. */
  private shareTold = 0;

  constructor(private readonly options: TrainingLoopOptions) {
    const { resumeFrom, network, stream, training, mostTokens, validationSeconds } = options;
    this.budget = new TrainingBudget(training.seconds, mostTokens, validationSeconds);
    this.startPosition = stream.position();
    if (resumeFrom !== null) {
      network.importWeights(resumeFrom.weights);
      network.importOptimizer(resumeFrom.optimizer);
      stream.restore(resumeFrom.position);
      this.progress = resumeFrom.progress;
      this.best = resumeFrom.best;
      this.measuredStep = resumeFrom.best?.step ?? 0;
    }
  }

  get steps(): number {
    return this.progress.step;
  }

  /** It may be worse than that of the network that training started from. */
  get bestScore(): HeldOutScore | null {
    return this.best?.score ?? null;
  }

  /** While optimising, measuring left out. */
  get tokensPerSecond(): number {
    const { trainedTokens, trainingSeconds } = this.progress;
    return trainingSeconds > 0 ? trainedTokens / trainingSeconds : 0;
  }

  /**
   * Trains until the budget is spent or nothing improves any more.
   * @returns the network that did best on the held-out text and, where it is another one, the last. In the mix the last is often
   * the better one, since a few texts of an unusual kind can worsen the score of all held-out text
   * @throws CancelledError when cancelled, Error when training diverges again and again or a file cannot be written
   */
  async run(): Promise<MeasuredNetwork[]> {
    // The first write shows at once whether the files can be written.
    await this.writeResumePoint();
    while (this.shareSpent < 1 && !this.isHopeless) {
      await this.ready();
      await this.step(this.shareSpent);
      if (this.budget.isValidationDue(this.progress)) {
        await this.ready();
        await this.validate();
      }
      if (this.options.resumePoints.isDue) {
        await this.writeResumePoint();
      }
    }
    if (this.measuredStep < this.progress.step) {
      // Writing a resume point took the rest of the time, now or before this training was interrupted.
      await this.ready();
      await this.validate();
    }
    return this.candidates();
  }

  private async candidates(): Promise<MeasuredNetwork[]> {
    const { lastScore: score, step } = this.progress;
    const { network, stream } = this.options;
    const best = this.best === null ? [] : [this.best];
    // Training ends with a measurement, so that the network is still the one that has the last score.
    return score === null || step === this.best?.step
      ? best
      : [...best, { weights: await network.exportWeights(), score, step, position: stream.position() }];
  }

  private get shareSpent(): number {
    return this.budget.shareSpent(this.progress);
  }

  private get isHopeless(): boolean {
    return this.options.mostTokens === Infinity && this.progress.worseInARow >= PATIENCE;
  }

  private ready(): Promise<void> {
    const { control, emit } = this.options;
    return control.ready(emit, () => this.writeResumePoint());
  }

  private async step(share: number): Promise<void> {
    const { network, stream, training, now } = this.options;
    const start = now();
    const dropout = dropoutAt(stream.epochs, training.dropout);
    const batch = stream.next();
    const learningRate = learningRateAt(share, training.learningRate / 2 ** this.progress.rollBacks);
    try {
      const { loss } = await network.trainStep(batch, {
        learningRate,
        gradientClipNorm: training.gradientClipNorm,
        dropout,
      });
      const { step, trainedTokens, trainingSeconds } = this.progress;
      const seconds = this.secondsSince(start, step === 0 ? Infinity : trainingSeconds / step);
      this.advance(seconds, {
        step: step + 1,
        trainedTokens: trainedTokens + countOf(batch.mask),
        trainingSeconds: trainingSeconds + seconds,
      });
      this.report(loss);
    } catch (error) {
      if (!(error instanceof DivergenceError)) {
        throw error;
      }
      this.rollBack();
      this.advance((now() - start) / 1000);
    }
  }

  private report(trainLoss: number): void {
    const { emit, now } = this.options;
    const time = now();
    if (time - this.lastStepEvent < MILLISECONDS_BETWEEN_STEP_EVENTS) {
      return;
    }
    this.lastStepEvent = time;
    this.shareTold = Math.max(this.shareTold, this.shareSpent);
    emit({
      kind: 'step',
      step: this.progress.step,
      progress: this.shareTold,
      trainLoss,
      tokensPerSecond: this.tokensPerSecond,
      secondsLeft: this.budget.secondsLeft(this.progress),
    });
  }

  private async validate(): Promise<void> {
    const { stream, measure, emit, now } = this.options;
    const start = now();
    const { score, weights } = await measure();
    const seconds = this.secondsSince(start, this.budget.validationSeconds);
    this.measuredStep = this.progress.step;
    if (!Number.isFinite(score.bitsPerByte)) {
      this.rollBack();
      this.advance(seconds, { validations: this.progress.validations + 1 });
      return;
    }
    emit({ kind: 'validation', step: this.progress.step, score });
    const { step, lastScore, worseInARow } = this.progress;
    this.budget.validationSeconds = seconds;
    this.advance(seconds, {
      validations: this.progress.validations + 1,
      lastScore: score,
      worseInARow: isBetter(score, lastScore) ? 0 : worseInARow + 1,
    });
    if (isBetter(score, this.bestScore)) {
      this.best = { weights, score, step, position: stream.position() };
    }
  }

  /** Back to the best network, and to where it stood in the text, with fresh moments; the rate is halved by the count of these. */
  private rollBack(): void {
    const { network, stream, training, initial, emit } = this.options;
    const { rollBacks, step } = this.progress;
    if (rollBacks === MOST_ROLL_BACKS) {
      throw new Error(
        `Training diverged ${rollBacks + 1} times, at last with a learning rate of ${training.learningRate / 2 ** rollBacks}. ` +
          'Train afresh, or with another engine, or another kind or size of network.',
      );
    }
    const weights = this.best?.weights ?? initial;
    network.importWeights(weights);
    network.importOptimizer(freshOptimizer(weights));
    network.resetState('train');
    stream.restore(this.best?.position ?? this.startPosition);
    // The last score is no longer that of the present weights.
    this.advance(0, { rollBacks: rollBacks + 1, lastScore: null });
    emit({
      kind: 'warning',
      message: `Training diverged at step ${step + 1}; it goes on from the best network so far at half the learning rate.`,
    });
  }

  private advance(seconds: number, change: Partial<TrainingProgress> = {}): void {
    this.progress = { ...this.progress, ...change, seconds: this.progress.seconds + seconds };
  }

  private async writeResumePoint(): Promise<void> {
    const { network, stream, resumePoints } = this.options;
    const seconds = await resumePoints.write(async () => ({
      weights: await network.exportWeights(),
      optimizer: await network.exportOptimizer(),
      best: this.best,
      position: stream.position(),
      progress: this.progress,
    }));
    this.advance(seconds);
  }

  private secondsSince(start: number, usual: number): number {
    return countedSeconds((this.options.now() - start) / 1000, usual);
  }
}
