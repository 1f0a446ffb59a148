/** The file that a training writes. */
import { encodeCheckpoint } from '../../model/checkpoint/checkpoint';
import type { StoredWeights } from '../../model/network/quantizedMatrix';
import type { HeldOutScore } from '../../protocol/trainerEvents';
import type { Corpus } from '../corpus/readCorpus';
import type { Beginning } from './beginning';
import type { CalibratedModel } from './calibratePersonal';

interface PersonalModel {
  readonly beginning: Beginning;
  readonly corpus: Corpus;
  readonly weights: StoredWeights;
  /** What the network has read, as `learnedDigests` gives it. */
  readonly learned: string;
  /** Of this training. */
  readonly steps: number;
  /** As the user is shown it. */
  readonly engine: string;
  /** Of the model that training started from. */
  readonly before: HeldOutScore | null;
  readonly score: HeldOutScore;
  /** Null where the gate could not be learned. */
  readonly calibrated: CalibratedModel | null;
}

export function encodePersonalModel(model: PersonalModel): Uint8Array {
  const { beginning, corpus, weights, learned, steps, engine, before, score, calibrated } = model;
  const { config, initial, tokenizer, base } = beginning;
  return encodeCheckpoint({
    config,
    weights,
    tokenizer: tokenizer.toJson(),
    training: {
      trainedAt: new Date().toISOString(),
      files: corpus.train.length,
      bytes: corpus.bytes,
      tokens: corpus.tokens,
      steps: (initial?.training.steps ?? 0) + steps,
      engine,
      heldOut: {
        bytes: score.bytes,
        ...(before === null ? {} : { bitsPerByteBefore: before.bitsPerByte }),
        bitsPerByteAfter: score.bitsPerByte,
      },
      ...(calibrated === null
        ? {}
        : {
            mix: {
              bytes: calibrated.mix.after.bytes,
              bitsPerByteBefore: calibrated.mix.before.bitsPerByte,
              bitsPerByteAfter: calibrated.mix.after.bitsPerByte,
            },
          }),
      learned,
      ...(base === null ? {} : { base }),
    },
    gate: calibrated?.gate ?? initial?.gate ?? null,
  });
}
