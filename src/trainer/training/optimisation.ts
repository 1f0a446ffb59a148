/** The optimisation within a training: its starting point, the scores before it, and its loop. */
import type { Checkpoint } from '../../model/checkpoint/checkpoint';
import type { HeldOutScore, TrainJob } from '../../protocol/trainerProtocol';
import type { Corpus } from '../corpus/readCorpus';
import type { BatchStream } from '../data/batchStream';
import { sampleHeldOut, type HeldOutSample } from '../data/heldOutSample';
import type { TrainableNetwork, TrainingEngine } from '../engine';
import type { Beginning } from './beginning';
import { scoreEarlierModel } from './earlierModel';
import { affordableTokens, measureHeldOut, SMALLEST_SAMPLE_TOKENS } from './measureHeldOut';
import type { ReadingPlan } from './readingPlan';
import { encodeResumePoint, findResumePoint, type MeasuredNetwork, type ResumePoint } from './resumeFile';
import { resumeFingerprint } from './resumeFingerprint';
import { isDiskFull } from './saveFile';
import { TrainingLoop } from './trainingLoop';
import type { TrainSurroundings } from './trainSurroundings';

/** All that the optimisation needs, loaded. */
export interface Prepared {
  readonly beginning: Beginning;
  readonly corpus: Corpus;
  readonly reading: ReadingPlan;
  readonly stream: BatchStream;
  readonly network: TrainableNetwork;
  readonly engine: TrainingEngine;
  /** Whose place the new model would take. */
  readonly earlier: Checkpoint | null;
}

/** Its fields are valid at any time, also after a cancellation. */
export class Optimisation {
  /** Of the model that training starts from. */
  before: HeldOutScore | null = null;
  /** Of the model in place, if training does not start from it. */
  earlierScore: HeldOutScore | null = null;
  /** Null until the first step. */
  loop: TrainingLoop | null = null;
  /** Said already. */
  private hasNoRoom = false;

  constructor(
    private readonly job: TrainJob,
    private readonly prepared: Prepared,
    private readonly surroundings: TrainSurroundings,
  ) {}

  /**
   * Trains until the budget is spent or nothing improves any more.
   * @returns what it found, see {@link TrainingLoop.run}
   * @throws CancelledError, Error with a sentence for the user
   */
  async run(): Promise<MeasuredNetwork[]> {
    const { job, surroundings } = this;
    const { emit, control, now } = surroundings;
    const { beginning, corpus, reading, stream, network } = this.prepared;
    const fingerprint = resumeFingerprint(job.options, beginning, corpus);
    const resumeFrom = await this.readResumePoint(fingerprint);
    const sampleTokens = resumeFrom?.sampleTokens ?? (await this.affordableTokens());
    const sample = this.sampleOf(sampleTokens);
    const measure = () => measureHeldOut(network, sample, control);
    const start = now();
    const first = resumeFrom === null ? await measure() : null;
    const validationSeconds = resumeFrom?.validationSeconds ?? (now() - start) / 1000;
    const before = beginning.initial === null ? null : (resumeFrom?.before ?? first?.score ?? null);
    this.before = before;
    if (before !== null && resumeFrom === null) {
      emit({ kind: 'validation', step: 0, score: before });
    }
    this.earlierScore = resumeFrom === null ? await this.scoreEarlier(sample) : resumeFrom.earlier;
    const kept = { fingerprint, before, earlier: this.earlierScore, sampleTokens, validationSeconds };
    this.loop = new TrainingLoop({
      network,
      stream,
      training: { ...job.options, seconds: reading.seconds },
      mostTokens: reading.mostTokens,
      initial: first?.weights ?? (await network.exportWeights()),
      measure,
      validationSeconds,
      resumeFrom,
      control,
      emit,
      saveResumePoint: (state) => this.saveResumePoint(encodeResumePoint({ ...kept, ...state })),
      now,
    });
    return this.loop.run();
  }

  /** A full disk does not end the training: the model is several times smaller and may still fit. */
  private async saveResumePoint(bytes: Buffer): Promise<void> {
    try {
      await this.surroundings.writeFile(this.job.resumePath, bytes);
    } catch (error) {
      if (!isDiskFull(error)) {
        throw error;
      }
      if (!this.hasNoRoom) {
        this.hasNoRoom = true;
        this.surroundings.warn(
          'The disk has no room to save how far this training is. It goes on, but is lost if it stops before its end; free some space.',
        );
      }
    }
  }

  private async readResumePoint(fingerprint: string): Promise<ResumePoint | null> {
    const { resumePath } = this.job;
    const found = await findResumePoint(resumePath, fingerprint);
    if (found.kind === 'found') {
      this.surroundings.emit({ kind: 'resumed', step: found.point.progress.step });
      return found.point;
    }
    if (found.kind === 'unusable') {
      this.surroundings.warn(
        `An interrupted training left ${resumePath}, but ${found.why}, so this one starts again.`,
      );
    }
    return null;
  }

  private affordableTokens(): Promise<number> {
    const { network, reading } = this.prepared;
    const trial = this.sampleOf(SMALLEST_SAMPLE_TOKENS);
    return affordableTokens(network, trial, reading.seconds, this.surroundings.now);
  }

  private sampleOf(maxTokens: number): HeldOutSample {
    const { beginning, corpus } = this.prepared;
    return sampleHeldOut(corpus.heldOut, {
      ...this.job.options,
      maxTokens,
      bytesOf: (id) => beginning.tokenizer.tokenBytes(id).length,
    });
  }

  private async scoreEarlier(sample: HeldOutSample): Promise<HeldOutScore | null> {
    const { job, surroundings } = this;
    const { beginning, earlier, engine } = this.prepared;
    const startsFromIt = beginning.initial !== null && job.initialModelPath === job.modelPath;
    return earlier === null || startsFromIt
      ? null
      : scoreEarlierModel(earlier, engine, sample, job.options.seed, surroundings.control);
  }
}
