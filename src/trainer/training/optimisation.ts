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

export interface Optimised {
  /** Of the model that training started from. */
  readonly before: HeldOutScore | null;
  /** Of the model in place, if training did not start from it. */
  readonly earlier: HeldOutScore | null;
  /** What was found, see {@link TrainingLoop.run}. */
  readonly candidates: readonly MeasuredNetwork[];
  readonly loop: Pick<TrainingLoop, 'bestScore' | 'steps' | 'tokensPerSecond'>;
}

/**
 * Trains until the budget is spent or nothing improves any more.
 * @throws CancelledError, Error with a sentence for the user
 */
export async function optimise(
  job: TrainJob,
  { beginning, corpus, reading, stream, network, engine, earlier }: Prepared,
  surroundings: TrainSurroundings,
): Promise<Optimised> {
  const { emit, control, now } = surroundings;
  const sampleOf = (maxTokens: number): HeldOutSample =>
    sampleHeldOut(corpus.heldOut, {
      ...job.options,
      maxTokens,
      bytesOf: (id) => beginning.tokenizer.tokenBytes(id).length,
    });
  const fingerprint = resumeFingerprint(job.options, beginning, corpus);
  const resumeFrom = await readResumePoint(job, fingerprint, surroundings);
  const sampleTokens =
    resumeFrom?.sampleTokens ??
    (await affordableTokens(network, sampleOf(SMALLEST_SAMPLE_TOKENS), reading.seconds, now));
  const sample = sampleOf(sampleTokens);
  const measure = () => measureHeldOut(network, sample, control);
  const start = now();
  const first = resumeFrom === null ? await measure() : null;
  const validationSeconds = resumeFrom?.validationSeconds ?? (now() - start) / 1000;
  const before = beginning.initial === null ? null : (resumeFrom?.before ?? first?.score ?? null);
  if (before !== null && resumeFrom === null) {
    emit({ kind: 'validation', step: 0, score: before });
  }
  const startsFromEarlier = beginning.initial !== null && job.initialModelPath === job.modelPath;
  const earlierScore =
    resumeFrom !== null
      ? resumeFrom.earlier
      : earlier === null || startsFromEarlier
        ? null
        : await scoreEarlierModel(earlier, engine, sample, job.options.seed, control);
  const kept = { fingerprint, before, earlier: earlierScore, sampleTokens, validationSeconds };
  const save = resumePointWriter(job, surroundings);
  const loop = new TrainingLoop({
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
    saveResumePoint: (state) => save(encodeResumePoint({ ...kept, ...state })),
    now,
  });
  return { before, earlier: earlierScore, candidates: await loop.run(), loop };
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
