/** One training from its job to its model: reads, trains, measures, writes. */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { NetworkConfig } from '../../model/networkConfig';
import type { Checkpoint } from '../../model/checkpoint/checkpoint';
import type { StoredWeights } from '../../model/network/quantizedMatrix';
import type {
  DoneEvent,
  HeldOutScore,
  MixScores,
  TrainerEvent,
  TrainJob,
} from '../../protocol/trainerProtocol';
import { countReasons, readCorpus, type Corpus } from '../corpus/readCorpus';
import { scanReporter } from '../corpus/scanReporter';
import { BatchStream } from '../data/batchStream';
import { sampleHeldOut, type HeldOutSample } from '../data/heldOutSample';
import type { TrainableNetwork, TrainingEngine } from '../engine';
import { chooseEngine } from '../engines/chooseEngine';
import { guardEngine } from '../engines/guardEngine';
import type { EngineOptions } from '../engines/loadEngine';
import { onBattery, watchPower, type OnBattery } from './powerSource';
import { readBeginning, type Beginning } from './beginning';
import { calibratePersonal, gains, type CalibratedModel } from './calibratePersonal';
import { learnedDigests, learnedTest } from './continuation';
import { readEarlierModel, scoreEarlierModel } from './earlierModel';
import { freshWeights } from './freshWeights';
import { affordableTokens, measureHeldOut, SMALLEST_SAMPLE_TOKENS } from './measureHeldOut';
import { encodePersonalModel } from './personalCheckpoint';
import { planReading, type ReadingPlan } from './readingPlan';
import { encodeResumePoint, findResumePoint, type ResumePoint } from './resumeFile';
import { notWritten, removeLeftovers, writeWholeFile, type WriteFile } from './saveFile';
import { toStoredWeights } from './storedWeights';
import { CancelledError, type TrainingControl } from './trainingControl';
import { lockModel } from './trainingLock';
import { TrainingLoop } from './trainingLoop';

/** What a job meets outside of itself. */
export interface TrainSurroundings {
  readonly emit: (event: TrainerEvent) => void;
  readonly control: TrainingControl;
  readonly engineOptions?: EngineOptions;
  /** Default: {@link writeWholeFile}. */
  readonly writeFile?: WriteFile;
  /** Default: {@link onBattery}. */
  readonly onBattery?: OnBattery;
  /** Default: {@link chooseEngine}. */
  readonly chooseEngine?: typeof chooseEngine;
  /** Default: {@link calibratePersonal}. */
  readonly calibrate?: typeof calibratePersonal;
}

/** Files named in a warning. */
const MOST_NAMES = 5;

/**
 * Trains. The resume file is removed at the end and when cancelled; it stays when the training fails or is killed.
 * @throws Error with a sentence for the user; a model written before is as it was
 */
export async function runTrainJob(job: TrainJob, surroundings: TrainSurroundings): Promise<DoneEvent> {
  const release = await lockModel(job.modelPath);
  try {
    return await new TrainJobRun(job, surroundings).run();
  } finally {
    await release();
  }
}

/** All that the optimisation needs, loaded. */
interface Prepared {
  readonly beginning: Beginning;
  readonly corpus: Corpus;
  readonly reading: ReadingPlan;
  readonly stream: BatchStream;
  readonly network: TrainableNetwork;
  readonly engine: TrainingEngine;
  /** Whose place the new model would take. */
  readonly earlier: Checkpoint | null;
}

class TrainJobRun {
  private before: HeldOutScore | null = null;
  private earlierScore: HeldOutScore | null = null;
  private mix: MixScores | null = null;
  private isWritten = false;
  private loop: TrainingLoop | null = null;

  constructor(
    private readonly job: TrainJob,
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
    await rm(resumePath, { force: true });
    return {
      kind: 'done',
      outcome: cancelled ? 'cancelled' : this.isWritten ? 'improved' : 'notImproved',
      before: this.before,
      after: this.loop?.bestScore ?? null,
      steps: this.loop?.steps ?? 0,
      tokensPerSecond: this.loop?.tokensPerSecond ?? 0,
      ...(this.mix === null ? {} : { mix: this.mix }),
      ...(this.earlierScore === null ? {} : { earlier: this.earlierScore }),
      modelPath: this.isWritten ? modelPath : null,
    };
  }

  private async train(): Promise<void> {
    const { options, modelPath } = this.job;
    const beginning = await readBeginning(this.job, this.warn);
    const earlier = await readEarlierModel(modelPath, beginning.tokenizerJson, this.warn);
    const corpus = await this.readTexts(beginning, earlier);
    const reading = planReading(beginning, corpus, options.seconds);
    if (reading.continues !== null) {
      this.surroundings.emit({ kind: 'continues', ...reading.continues });
    }
    const engine = await this.loadEngine(beginning.config);
    const weights = beginning.initial?.weights ?? freshWeights(beginning.config, corpus.train, options.seed);
    const network = engine.createNetwork(beginning.config, weights, options.seed);
    const { weightOf } = reading;
    const stream = new BatchStream(corpus.train, {
      ...options,
      // A training that goes on does not begin with the same text again.
      seed: options.seed + (beginning.initial?.training.steps ?? 0),
      ...(weightOf === undefined ? {} : { weightOf }),
    });
    const endWatch = await this.watchPower();
    try {
      const prepared = { beginning, corpus, reading, stream, network, engine, earlier };
      await this.optimise(prepared);
      await this.keepBetter(prepared);
    } finally {
      endWatch();
      network.dispose();
    }
  }

  private async watchPower(): Promise<() => void> {
    const { control, onBattery: read = onBattery } = this.surroundings;
    return this.job.options.onBattery === 'continue'
      ? () => undefined
      : watchPower({ control, onBattery: read, warn: this.warn });
  }

  private readonly warn = (message: string): void => {
    this.surroundings.emit({ kind: 'warning', message });
  };

  private async readTexts({ tokenizer, initial }: Beginning, earlier: Checkpoint | null): Promise<Corpus> {
    const { job } = this;
    const { emit, control } = this.surroundings;
    const learned = (earlier ?? initial)?.training.learned ?? '';
    const corpus = await readCorpus(
      job,
      tokenizer,
      job.options.seed,
      control.signal,
      scanReporter(emit),
      learnedTest(learned),
    );
    const lost = corpus.leftOut.filter(({ reason }) => reason === 'vanished' || reason === 'unreadable');
    if (lost.length > 0) {
      const names = lost.slice(0, MOST_NAMES).map(({ path }) => path);
      const more = lost.length > names.length ? ` and ${lost.length - names.length} more` : '';
      this.warn(`Training goes on without ${names.join(', ')}${more}: gone or not readable.`);
    }
    const { trainFiles, heldOutFiles, bytes, tokens, leftOut } = corpus;
    emit({ kind: 'files', trainFiles, heldOutFiles, bytes, tokens, leftOut: countReasons(leftOut) });
    return corpus;
  }

  private async loadEngine(config: NetworkConfig): Promise<TrainingEngine> {
    const { job } = this;
    const { emit, engineOptions, chooseEngine: choose = chooseEngine } = this.surroundings;
    const { engine: wanted, batchSize, threads, unrollSteps, maxMemoryMegabytes } = job.options;
    const { engine, reason } = await choose(
      {
        engine: wanted,
        failed: job.failedEngines ?? [],
        work: { config, batchSize, threads },
        memory: { megabytes: maxMemoryMegabytes, unrollSteps, warn: this.warn },
        onLoading: (name) => {
          emit({ kind: 'loading', name });
        },
      },
      {
        ...engineOptions,
        threads,
        ...(job.nativeFolders === undefined ? {} : { nativeFolders: job.nativeFolders }),
      },
    );
    emit({ kind: 'engine', name: engine.name, description: engine.description, reason });
    return guardEngine(engine);
  }

  private async readResumePoint(fingerprint: string): Promise<ResumePoint | null> {
    const { resumePath } = this.job;
    const { emit } = this.surroundings;
    const found = await findResumePoint(resumePath, fingerprint);
    if (found.kind === 'found') {
      emit({ kind: 'resumed', step: found.point.progress.step });
      return found.point;
    }
    if (found.kind === 'unusable') {
      this.warn(`An interrupted training left ${resumePath}, but ${found.why}, so this one starts again.`);
    }
    return null;
  }

  private async optimise({
    beginning,
    corpus,
    reading,
    stream,
    network,
    engine,
    earlier,
  }: Prepared): Promise<void> {
    const { job } = this;
    const { emit, control } = this.surroundings;
    const options = { ...job.options, seconds: reading.seconds };
    const fingerprint = fingerprintOf(job, beginning, corpus);
    const resumeFrom = await this.readResumePoint(fingerprint);
    const drawSample = (maxTokens: number): HeldOutSample =>
      sampleHeldOut(corpus.heldOut, {
        ...options,
        maxTokens,
        bytesOf: (id) => beginning.tokenizer.tokenBytes(id).length,
      });
    const sampleTokens =
      resumeFrom?.sampleTokens ??
      (await affordableTokens(network, drawSample(SMALLEST_SAMPLE_TOKENS), options.seconds));
    const sample = drawSample(sampleTokens);
    const measure = () => measureHeldOut(network, sample, control);
    const start = performance.now();
    const first = resumeFrom === null ? await measure() : null;
    const validationSeconds = resumeFrom?.validationSeconds ?? (performance.now() - start) / 1000;
    const before = beginning.initial === null ? null : (resumeFrom?.before ?? first?.score ?? null);
    this.before = before;
    if (before !== null && resumeFrom === null) {
      emit({ kind: 'validation', step: 0, score: before });
    }
    const startsFromEarlier = beginning.initial !== null && job.initialModelPath === job.modelPath;
    if (resumeFrom !== null) {
      this.earlierScore = resumeFrom.earlier;
    } else if (earlier !== null && !startsFromEarlier) {
      this.earlierScore = await scoreEarlierModel(earlier, engine, sample, options.seed, control);
    }
    const kept = { fingerprint, before, earlier: this.earlierScore, sampleTokens, validationSeconds };
    this.loop = new TrainingLoop({
      network,
      stream,
      training: options,
      best: { weights: await network.exportWeights(), score: before, step: null },
      toBeat: this.earlierScore,
      measure,
      validationSeconds,
      resumeFrom,
      control,
      emit,
      saveResumePoint: (state) => this.write(job.resumePath, encodeResumePoint({ ...kept, ...state })),
      now: () => performance.now(),
    });
    await this.loop.run();
    if (this.loop.best.step === null && this.earlierScore !== null) {
      const bits = this.earlierScore.bitsPerByte.toFixed(3);
      this.warn(
        `The model that is there already stays: it has ${bits} bits per byte on the same text, and this training found no better one.`,
      );
    }
  }

  /** Writes the model, with the gate that fits it, where ghost text as a whole gains by it. */
  private async keepBetter(prepared: Prepared): Promise<void> {
    const { beginning, corpus, stream, engine } = prepared;
    const { weights, score, step } = this.loop!.best;
    if (score === null || step === null) {
      return;
    }
    const stored = toStoredWeights(beginning.config, weights);
    const calibrated = await this.calibrate(prepared, stored);
    if (calibrated !== null && !gains(calibrated.mix)) {
      return;
    }
    const { modelPath } = this.job;
    const bytes = encodePersonalModel({
      beginning,
      corpus,
      weights: stored,
      learned: learnedDigests(corpus.train, stream.read(), beginning.initial?.training.learned ?? ''),
      steps: step,
      engine: engine.description,
      before: this.before,
      score,
      calibrated,
    });
    await this.write(modelPath, bytes);
    this.isWritten = true;
    this.surroundings.emit({ kind: 'saved', path: modelPath, step });
  }

  private async calibrate(
    { beginning, corpus, earlier }: Prepared,
    weights: StoredWeights,
  ): Promise<CalibratedModel | null> {
    const { job } = this;
    const { emit, control, calibrate = calibratePersonal } = this.surroundings;
    const report = async (progress: number): Promise<void> => {
      emit({ kind: 'calibrating', progress });
      await control.breathe();
    };
    await report(0);
    try {
      const calibrated = await calibrate({
        config: beginning.config,
        weights,
        beginning,
        earlier,
        corpus,
        baseModelPath: job.baseModelPath ?? null,
        kernelPath: job.kernelPath ?? null,
        seed: job.options.seed,
        onProgress: report,
      });
      this.mix = calibrated.mix;
      emit({ kind: 'calibrated', mix: calibrated.mix });
      return calibrated;
    } catch (error) {
      if (error instanceof CancelledError) {
        throw error;
      }
      const why = error instanceof Error ? error.message : String(error);
      this.warn(`The new model is kept, but how far to trust it could not be learned in advance: ${why}`);
      return null;
    }
  }

  private async write(path: string, bytes: Uint8Array): Promise<void> {
    try {
      await (this.surroundings.writeFile ?? writeWholeFile)(path, bytes);
    } catch (error) {
      throw notWritten(path, error);
    }
  }
}

function fingerprintOf(job: TrainJob, { config, tokenizerJson, initial }: Beginning, corpus: Corpus): string {
  // Another engine may go on where one has failed.
  const options = { ...job.options, engine: null, threads: null, onBattery: null, maxMemoryMegabytes: null };
  return createHash('sha256')
    .update(
      JSON.stringify([
        corpus.fingerprint,
        corpus.modified,
        options,
        config,
        initial?.training ?? null,
        tokenizerJson,
      ]),
    )
    .digest('hex');
}
