/** One training from its job to its model: reads, trains, measures, writes. */
import { rm } from 'node:fs/promises';
import { quantizeWeights, type StoredWeights } from '../../model/network/quantizedMatrix';
import { asError } from '../../protocol/asError';
import type { DoneEvent, HeldOutScore, MixScores, TrainJob } from '../../protocol/trainerProtocol';
import { BatchStream } from '../data/batchStream';
import { forgetTimings } from '../engines/engineTimings';
import { EngineFault } from '../engines/guardEngine';
import { readBeginning } from './beginning';
import { gains, type CalibratedModel } from './calibratePersonal';
import { learnedDigests } from './continuation';
import { readEarlierModel } from './earlierModel';
import { freshWeights } from './freshWeights';
import { helps, isBetter } from './improvement';
import { Optimisation, type Prepared } from './optimisation';
import { encodePersonalModel } from './personalCheckpoint';
import { watchPower } from './powerSource';
import { planReading } from './readingPlan';
import { readTexts } from './readTexts';
import type { MeasuredNetwork } from './resumeFile';
import { patiently, removeLeftovers, type WriteFile } from './saveFile';
import { startEngine } from './startEngine';
import { CancelledError } from './trainingControl';
import { lockModel, type ModelLock } from './trainingLock';
import { surroundingsOf, type GivenSurroundings, type TrainSurroundings } from './trainSurroundings';

/**
 * Trains. The resume file is removed at the end and when cancelled; it stays when the training fails or is killed.
 * @throws Error with a sentence for the user; a model written before is as it was
 */
export async function runTrainJob(job: TrainJob, surroundings: GivenSurroundings): Promise<DoneEvent> {
  const lock = await lockModel(job.modelPath);
  const ordinary = surroundingsOf(surroundings);
  lock.lost.addEventListener('abort', () => {
    ordinary.control.stop(lock.lost.reason as Error);
  });
  const writeFile: WriteFile = async (path, bytes) => {
    lock.confirm();
    await ordinary.writeFile(path, bytes);
  };
  try {
    return await new TrainJobRun(job, lock, { ...ordinary, writeFile }).run();
  } catch (error) {
    if (error instanceof EngineFault) {
      // The timings that it was chosen by no longer hold; nor for the next training, if no other engine takes over in this one.
      await forgetTimings(ordinary.engineOptions.timing?.cachePath);
    }
    throw error;
  } finally {
    await lock.release();
  }
}

class TrainJobRun {
  /** Null while what it needs is not loaded. */
  private optimisation: Optimisation | null = null;
  private mix: MixScores | null = null;
  /** Of the model that was written. */
  private written: HeldOutScore | null = null;

  constructor(
    private readonly job: TrainJob,
    private readonly lock: ModelLock,
    private readonly surroundings: TrainSurroundings,
  ) {}

  async run(): Promise<DoneEvent> {
    const { modelPath, resumePath } = this.job;
    let cancelled = false;
    try {
      await Promise.all([modelPath, resumePath].map(removeLeftovers));
      await this.train();
    } catch (error) {
      if (!(error instanceof CancelledError)) {
        throw error;
      }
      cancelled = true;
    }
    this.lock.confirm();
    await patiently(() => rm(resumePath, { force: true }));
    const { before = null, earlierScore = null, loop = null } = this.optimisation ?? {};
    return {
      kind: 'done',
      outcome: cancelled ? 'cancelled' : this.written !== null ? 'improved' : 'notImproved',
      before,
      after: this.written ?? loop?.bestScore ?? null,
      steps: loop?.steps ?? 0,
      tokensPerSecond: loop?.tokensPerSecond ?? 0,
      ...(this.mix === null ? {} : { mix: this.mix }),
      ...(earlierScore === null ? {} : { earlier: earlierScore }),
      modelPath: this.written !== null ? modelPath : null,
    };
  }

  private async train(): Promise<void> {
    const { job, surroundings } = this;
    const { options } = job;
    const beginning = await readBeginning(job, surroundings.warn);
    const earlier = await readEarlierModel(job.modelPath, beginning.tokenizer, surroundings.warn);
    const corpus = await readTexts(job, beginning, earlier, surroundings);
    const reading = planReading(beginning, corpus, options.seconds);
    if (reading.continues !== null) {
      surroundings.emit({ kind: 'continues', ...reading.continues });
    }
    const engine = await startEngine(job, beginning.config, surroundings);
    const weights = beginning.initial?.weights ?? freshWeights(beginning.config, corpus.train, options.seed);
    const network = engine.createNetwork(beginning.config, weights, options.seed);
    const { weightOf } = reading;
    const stream = new BatchStream(corpus.train, {
      ...options,
      // Another order of the text than in the training that this one goes on from.
      seed: options.seed + (beginning.initial?.training.steps ?? 0),
      ...(weightOf === undefined ? {} : { weightOf }),
    });
    const endWatch = options.onBattery === 'continue' ? null : await watchPower(surroundings);
    try {
      const prepared = { beginning, corpus, reading, stream, network, engine, earlier };
      const optimisation = new Optimisation(job, prepared, surroundings);
      this.optimisation = optimisation;
      await this.keepBest(prepared, await optimisation.run(), optimisation);
    } finally {
      endWatch?.();
      network.dispose();
    }
  }

  /** Writes the candidate with which ghost text gains most, and the gate that fits it; writes nothing if it does not gain. */
  private async keepBest(
    prepared: Prepared,
    candidates: readonly MeasuredNetwork[],
    { before, earlierScore }: Optimisation,
  ): Promise<void> {
    const { beginning, corpus, stream, engine } = prepared;
    if (candidates.length === 0) {
      return;
    }
    const stored = candidates.map(({ weights }) => quantizeWeights(beginning.config, weights));
    const calibrated = await this.calibrate(prepared, stored);
    const chosen = calibrated?.chosen ?? 0;
    const { score, step, position } = candidates[chosen];
    const isKept =
      calibrated === null ? helps(score, before) && isBetter(score, earlierScore) : gains(calibrated.mix);
    if (!isKept) {
      return;
    }
    const { emit, writeFile } = this.surroundings;
    const { modelPath } = this.job;
    const bytes = encodePersonalModel({
      beginning,
      corpus,
      weights: stored[chosen],
      learned: learnedDigests(
        corpus.train,
        stream.readUntil(position),
        beginning.initial?.training.learned ?? '',
      ),
      steps: step,
      engine: engine.description,
      before,
      score,
      calibrated,
    });
    await writeFile(modelPath, bytes);
    this.written = score;
    emit({ kind: 'saved', path: modelPath, step });
  }

  private async calibrate(
    { beginning, corpus, earlier }: Prepared,
    candidates: readonly StoredWeights[],
  ): Promise<CalibratedModel | null> {
    const { job } = this;
    const { emit, control, calibrate } = this.surroundings;
    const report = async (progress: number): Promise<void> => {
      emit({ kind: 'calibrating', progress });
      await control.ready(emit);
    };
    await report(0);
    try {
      const calibrated = await calibrate({
        config: beginning.config,
        candidates,
        beginning,
        earlier,
        corpus,
        baseModelPath: job.baseModelPath ?? null,
        kernelPath: job.kernelPath,
        seed: job.options.seed,
        onProgress: report,
      });
      this.mix = calibrated.mix;
      return calibrated;
    } catch (error) {
      control.signal.throwIfAborted();
      const why = asError(error).message;
      this.surroundings.warn(`How far to trust the new model could not be learned in advance: ${why}`);
      return null;
    }
  }
}
