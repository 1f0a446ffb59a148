/** One training from its job to its model: reads, trains, measures, writes. */
import { rm } from 'node:fs/promises';
import { quantizeWeights, type StoredWeights } from '../../model/network/quantizedMatrix';
import { asError } from '../../protocol/asError';
import { CANCELLED, type DoneEvent } from '../../protocol/trainerEvents';
import type { TrainJob } from '../../protocol/trainerProtocol';
import { BatchStream } from '../data/batchStream';
import { forgetTimings } from '../engines/engineTimings';
import { EngineFault } from '../engines/guardEngine';
import { readBeginning } from './beginning';
import { gains, type CalibratedModel } from './calibratePersonal';
import { learnedDigests } from './continuation';
import { readEarlierModel } from './earlierModel';
import { freshWeights } from './freshWeights';
import { helps, isBetter } from './improvement';
import { optimise, type Optimised, type Prepared } from './optimisation';
import { encodePersonalModel } from './personalCheckpoint';
import { watchPower } from './powerSource';
import { planReading } from './readingPlan';
import { readTexts } from './readTexts';
import { patiently, removeLeftovers, type WriteFile } from './saveFile';
import { startEngine } from './startEngine';
import { CancelledError } from './trainingControl';
import { lockModel } from './trainingLock';
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
    await Promise.all([job.modelPath, job.resumePath].map(removeLeftovers));
    const done = await train(job, { ...ordinary, writeFile }).catch((error: unknown) => {
      if (error instanceof CancelledError) {
        return CANCELLED;
      }
      throw error;
    });
    lock.confirm();
    await patiently(() => rm(job.resumePath, { force: true }));
    return done;
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

async function train(job: TrainJob, surroundings: TrainSurroundings): Promise<DoneEvent> {
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
    const optimised = await optimise(job, prepared, surroundings);
    return await keepBest(job, prepared, optimised, surroundings);
  } finally {
    endWatch?.();
    network.dispose();
  }
}

/** Writes the candidate with which ghost text gains most, and the gate that fits it; writes nothing if it does not gain. */
async function keepBest(
  job: TrainJob,
  prepared: Prepared,
  { before, earlier, candidates, loop }: Optimised,
  surroundings: TrainSurroundings,
): Promise<DoneEvent> {
  const { beginning, corpus, stream, engine } = prepared;
  const stored = candidates.map(({ weights }) => quantizeWeights(beginning.config, weights));
  const calibrated = stored.length === 0 ? null : await calibrate(job, prepared, stored, surroundings);
  const done: DoneEvent = {
    kind: 'done',
    outcome: 'notImproved',
    before,
    after: loop.bestScore,
    steps: loop.steps,
    tokensPerSecond: loop.tokensPerSecond,
    ...(calibrated === null ? {} : { mix: calibrated.mix }),
    ...(earlier === null ? {} : { earlier }),
    modelPath: null,
  };
  const chosen = calibrated?.chosen ?? 0;
  const best = candidates.at(chosen);
  if (best === undefined) {
    return done;
  }
  const { score, step, position } = best;
  const isKept =
    calibrated === null ? helps(score, before) && isBetter(score, earlier) : gains(calibrated.mix);
  if (!isKept) {
    return done;
  }
  const { modelPath } = job;
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
  await surroundings.writeFile(modelPath, bytes);
  surroundings.emit({ kind: 'saved', path: modelPath, step });
  return { ...done, outcome: 'improved', after: score, modelPath };
}

async function calibrate(
  job: TrainJob,
  { beginning, corpus, earlier }: Prepared,
  candidates: readonly StoredWeights[],
  { emit, control, warn, calibrate: learnGate }: TrainSurroundings,
): Promise<CalibratedModel | null> {
  const report = async (progress: number): Promise<void> => {
    emit({ kind: 'calibrating', progress });
    await control.ready(emit);
  };
  await report(0);
  try {
    return await learnGate({
      candidates,
      beginning,
      earlier,
      corpus,
      baseModelPath: job.baseModelPath ?? null,
      kernelPath: job.kernelPath,
      seed: job.options.seed,
      onProgress: report,
    });
  } catch (error) {
    control.signal.throwIfAborted();
    warn(`How far to trust the new model could not be learned in advance: ${asError(error).message}`);
    return null;
  }
}
