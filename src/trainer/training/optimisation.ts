/** The optimisation within a training: its starting point, the scores before it, and its loop. */
import type { Checkpoint } from '../../model/checkpoint/checkpoint';
import type { HeldOutScore } from '../../protocol/trainerEvents';
import type { TrainJob } from '../../protocol/trainerProtocol';
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
import { ResumePoints } from './resumePoints';
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

export interface Optimised {
  /** Of the model that training started from. */
  readonly before: HeldOutScore | null;
  /** Of the model in place, if training did not start from it. */
  readonly earlier: HeldOutScore | null;
  /** What was found, see {@link TrainingLoop.run}. */
  readonly candidates: readonly MeasuredNetwork[];
  readonly loop: Pick<TrainingLoop, 'bestScore' | 'steps' | 'tokensPerSecond'>;
}

/** What is known before the first step. */
type Start = Pick<ResumePoint, 'before' | 'earlier' | 'sampleTokens' | 'validationSeconds'>;

/**
 * Trains until the budget is spent or nothing improves any more.
 * @throws CancelledError, Error with a sentence for the user
 */
export async function optimise(
  job: TrainJob,
  prepared: Prepared,
  surroundings: TrainSurroundings,
): Promise<Optimised> {
  const { beginning, corpus, reading, stream, network } = prepared;
  const { emit, control, now } = surroundings;
  const fingerprint = resumeFingerprint(job.options, beginning, corpus, reading);
  const resumeFrom = await readResumePoint(job, fingerprint, surroundings);
  const sampleOf = (maxTokens: number): HeldOutSample =>
    sampleHeldOut(corpus.heldOut, {
      ...job.options,
      maxTokens,
      bytesOf: (id) => beginning.tokenizer.tokenBytes(id).length,
    });
  const { before, earlier, sampleTokens, validationSeconds } =
    resumeFrom ?? (await measureStart(job, prepared, sampleOf, surroundings));
  const sample = sampleOf(sampleTokens);
  const kept = { fingerprint, before, earlier, sampleTokens, validationSeconds };
  const save = resumePointWriter(job, surroundings);
  const loop = new TrainingLoop({
    network,
    stream,
    training: { ...job.options, seconds: reading.seconds },
    mostTokens: reading.mostTokens,
    initial: await network.exportWeights(),
    measure: () => measureHeldOut(network, sample, control),
    validationSeconds,
    resumeFrom,
    control,
    emit,
    resumePoints: new ResumePoints(
      (state) => save(encodeResumePoint({ ...kept, ...state })),
      reading.seconds,
      now,
    ),
    now,
  });
  return { before, earlier, candidates: await loop.run(), loop };
}

/** @param sampleOf the held-out sample of at most so many tokens */
async function measureStart(
  { initialModelPath, modelPath, options }: TrainJob,
  { beginning, reading, network, engine, earlier }: Prepared,
  sampleOf: (maxTokens: number) => HeldOutSample,
  { emit, control, now }: TrainSurroundings,
): Promise<Start> {
  const trial = sampleOf(SMALLEST_SAMPLE_TOKENS);
  const sampleTokens = await affordableTokens(network, trial, reading.seconds, now);
  const sample = sampleOf(sampleTokens);
  const start = now();
  const { score } = await measureHeldOut(network, sample, control);
  const validationSeconds = (now() - start) / 1000;
  const before = beginning.initial === null ? null : score;
  if (before !== null) {
    emit({ kind: 'validation', step: 0, score: before });
  }
  const startsFromEarlier = before !== null && initialModelPath === modelPath;
  const earlierScore =
    earlier === null || startsFromEarlier
      ? null
      : await scoreEarlierModel(earlier, engine, sample, options.seed, control);
  return { before, earlier: earlierScore, sampleTokens, validationSeconds };
}

async function readResumePoint(
  { resumePath }: TrainJob,
  fingerprint: string,
  { emit, warn }: TrainSurroundings,
): Promise<ResumePoint | null> {
  const found = await findResumePoint(resumePath, fingerprint);
  if (found.kind === 'found') {
    emit({ kind: 'resumed', step: found.point.progress.step });
    return found.point;
  }
  if (found.kind === 'unusable') {
    warn(`An interrupted training left ${resumePath}, but ${found.why}, so this one starts again.`);
  }
  return null;
}

/** A full disk does not end the training: the model is several times smaller and may still fit. */
function resumePointWriter(
  { resumePath }: TrainJob,
  { writeFile, warn }: TrainSurroundings,
): (bytes: Buffer) => Promise<void> {
  let hasWarned = false;
  return async (bytes) => {
    try {
      await writeFile(resumePath, bytes);
    } catch (error) {
      if (!isDiskFull(error)) {
        throw error;
      }
      if (!hasWarned) {
        hasWarned = true;
        warn(
          'The disk has no room to save how far this training is. It goes on, but is lost if it stops before its end; free some space.',
        );
      }
    }
  };
}
