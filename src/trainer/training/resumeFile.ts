/** What is needed to go on with a training that was ended from outside: written now and then, read at the next start. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DefaultSerializer, deserialize } from 'node:v8';
import type { NetworkWeights } from '../../model/networkConfig';
import { asError } from '../../protocol/asError';
import type { HeldOutScore } from '../../protocol/trainerEvents';
import { readHead } from '../corpus/readHead';
import type { BatchPosition } from '../data/batchStream';
import type { OptimizerState } from '../engine';

/** How far a training has come. */
export interface TrainingProgress {
  readonly step: number;
  /** Of the budget. */
  readonly seconds: number;
  readonly trainedTokens: number;
  /** Spent in steps alone. */
  readonly trainingSeconds: number;
  readonly validations: number;
  /** Of the network as it was measured last; null before that, and after a roll-back. */
  readonly lastScore: HeldOutScore | null;
  /** Validations in a row that were each worse than the one before. */
  readonly worseInARow: number;
  readonly rollBacks: number;
}

/** A network that a training has made, on the held-out text. */
export interface MeasuredNetwork {
  readonly weights: NetworkWeights;
  readonly score: HeldOutScore;
  /** Of this training, after which it was measured. */
  readonly step: number;
  /** How far it has read. */
  readonly position: BatchPosition;
}

export interface ResumePoint {
  /** Of the corpus, the options and the tokenizer; a training of anything else does not continue this one. */
  readonly fingerprint: string;
  readonly before: HeldOutScore | null;
  /** Of the model that is there and that training did not start from. */
  readonly earlier: HeldOutScore | null;
  /** Limit of the held-out sample, so that it is drawn again as it was. */
  readonly sampleTokens: number;
  readonly validationSeconds: number;
  readonly weights: NetworkWeights;
  readonly optimizer: OptimizerState;
  /** Null before the first measurement. */
  readonly best: MeasuredNetwork | null;
  readonly position: BatchPosition;
  readonly progress: TrainingProgress;
}

/** First bytes of the file; the number changes with what it holds. */
const MAGIC = Buffer.from('understudy-resume-6\n');
const MAGIC_OF_ALL_VERSIONS = Buffer.from('understudy-resume-');
const DIGEST_BYTES = 32;
const BODY_START = MAGIC.length + DIGEST_BYTES;

export function encodeResumePoint(point: ResumePoint): Buffer {
  // Written behind the room for its digest at once: the tensors are large, and joining the parts would copy them.
  const serializer = new DefaultSerializer();
  serializer.writeRawBytes(Buffer.concat([MAGIC, Buffer.alloc(DIGEST_BYTES)]));
  serializer.writeHeader();
  serializer.writeValue(point);
  const bytes = serializer.releaseBuffer();
  digestOf(bytes.subarray(BODY_START)).copy(bytes, MAGIC.length);
  return bytes;
}

/** @throws Error when the bytes are not a whole resume point of this version. */
export function decodeResumePoint(bytes: Buffer): ResumePoint {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Error('it is not of this version');
  }
  const body = bytes.subarray(BODY_START);
  if (!bytes.subarray(MAGIC.length, BODY_START).equals(digestOf(body))) {
    throw new Error('it is damaged');
  }
  // The digest tells that it is what this version has written.
  return deserialize(body) as ResumePoint;
}

type FoundResumePoint =
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly point: ResumePoint }
  | { readonly kind: 'unusable'; readonly why: string };

/** Looks for the state of a training with this fingerprint. */
export async function findResumePoint(path: string, fingerprint: string): Promise<FoundResumePoint> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? { kind: 'none' }
      : { kind: 'unusable', why: 'it cannot be read' };
  }
  try {
    const point = decodeResumePoint(bytes);
    return point.fingerprint === fingerprint
      ? { kind: 'found', point }
      : { kind: 'unusable', why: 'the files, the options or the base model have changed since' };
  } catch (error) {
    return { kind: 'unusable', why: asError(error).message };
  }
}

/** Whether there is a file, and no training of any version has left it. */
export async function isForeignFile(path: string): Promise<boolean> {
  const head = await readHead(path, MAGIC.length);
  return (
    head.kind === 'head' &&
    !head.bytes.subarray(0, MAGIC_OF_ALL_VERSIONS.length).equals(MAGIC_OF_ALL_VERSIONS)
  );
}

function digestOf(body: Buffer): Buffer {
  return createHash('sha256').update(body).digest();
}
