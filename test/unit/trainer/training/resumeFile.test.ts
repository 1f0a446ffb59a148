import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { DEFAULT_TRAINING } from '../../../../src/protocol/trainerProtocol';
import type { Beginning } from '../../../../src/trainer/training/beginning';
import {
  decodeResumePoint,
  encodeResumePoint,
  findResumePoint,
  isForeignFile,
  type ResumePoint,
} from '../../../../src/trainer/training/resumeFile';
import { resumeFingerprint } from '../../../../src/trainer/training/resumeFingerprint';
import { shippedTokenizer } from '../../../support/shippedTokenizer';

const tensors = (value: number) => new Map([['embedding', Float32Array.of(value, -value)]]);
const point: ResumePoint = {
  fingerprint: 'abc',
  before: { bytes: 10, bitsPerByte: 2 },
  earlier: null,
  sampleTokens: 100,
  validationSeconds: 1.5,
  weights: tensors(1),
  optimizer: { step: 3, firstMoments: tensors(2), secondMoments: tensors(3) },
  best: {
    weights: tensors(4),
    score: { bytes: 10, bitsPerByte: 1.9 },
    step: 2,
    position: { epoch: 0, taken: 3, rows: [{ stretch: 2, offset: 8 }], shares: null },
  },
  position: { epoch: 1, taken: 2, rows: [{ stretch: 3, offset: 4 }], shares: Float64Array.of(1, 0.5) },
  progress: {
    step: 3,
    seconds: 12,
    trainedTokens: 3072,
    trainingSeconds: 10,
    validations: 1,
    lastScore: { bytes: 10, bitsPerByte: 2 },
    worseInARow: 1,
    rollBacks: 0,
  },
};

describe('The resume file', () => {
  it('gives back what was kept', () => {
    for (const kept of [point, { ...point, best: null }]) {
      assert.deepEqual(decodeResumePoint(encodeResumePoint(kept)), kept);
    }
  });

  it('is refused when a bit of it has changed or its end is missing', () => {
    const bytes = encodeResumePoint(point);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const damaged = Buffer.from(bytes);
        damaged[at] ^= 1 << bit;
        assert.throws(() => decodeResumePoint(damaged), /damaged|not of this version/);
        assert.throws(() => decodeResumePoint(bytes.subarray(0, at)), /damaged|not of this version/);
      }),
    );
  });

  it('is told from files of other kinds, whatever its version', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-resume-'));
    const isForeign = (name: string, content: string | Buffer) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return isForeignFile(path);
    };
    try {
      assert.equal(await isForeignFile(join(folder, 'none')), false);
      assert.equal(await isForeign('present', encodeResumePoint(point)), false);
      assert.equal(await isForeign('later', 'understudy-resume-12\nand what follows'), false);
      assert.equal(await isForeign('cv.resume', 'Studied in Bologna.\n'), true);
      assert.equal(await isForeign('empty', ''), true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is gone on from only by the training that it belongs to, which is told why where it cannot', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'understudy-resume-'));
    const path = join(folder, 'resume');
    const found = async (content: Buffer, fingerprint = 'abc') => {
      writeFileSync(path, content);
      return findResumePoint(path, fingerprint);
    };
    const bytes = encodeResumePoint(point);
    try {
      assert.deepEqual(await findResumePoint(path, 'abc'), { kind: 'none' });
      assert.deepEqual(await findResumePoint(folder, 'abc'), { kind: 'unusable', why: 'it cannot be read' });
      assert.deepEqual(await found(bytes), { kind: 'found', point });
      assert.deepEqual(await found(bytes, 'of other texts'), {
        kind: 'unusable',
        why: 'the files, the options or the base model have changed since',
      });
      assert.deepEqual(await found(bytes.subarray(0, -1)), { kind: 'unusable', why: 'it is damaged' });
      assert.deepEqual(await found(Buffer.from('understudy-resume-1\n')), {
        kind: 'unusable',
        why: 'it is not of this version',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('An interrupted training', () => {
  const beginning: Beginning = {
    config: { architecture: 'lstm', vocabSize: 9, embeddingSize: 2, hiddenSize: 3, numLayers: 1 },
    tokenizer: shippedTokenizer,
    base: 'the shipped one',
    initial: null,
  };
  const corpus = { fingerprint: 'of the texts' };
  const before = resumeFingerprint(DEFAULT_TRAINING, beginning, corpus, {});

  it('is gone on with on another engine, power or memory, and under no other options', () => {
    const elsewhere = ['engine', 'threads', 'onBattery', 'maxMemoryMegabytes'];
    for (const name of Object.keys(DEFAULT_TRAINING)) {
      const changed = { ...DEFAULT_TRAINING, [name]: 'another' };
      const isSame = resumeFingerprint(changed, beginning, corpus, {}) === before;
      assert.equal(isSame, elsewhere.includes(name), name);
    }
  });

  it('is gone on with from the same beginning and texts alone', () => {
    const initial = { weights: new Map(), gate: null, training: { steps: 5 } };
    for (const other of [
      { ...beginning, base: 'an imported one' },
      { ...beginning, initial },
      { ...beginning, config: { ...beginning.config, hiddenSize: 4 } },
    ]) {
      assert.notEqual(resumeFingerprint(DEFAULT_TRAINING, other, corpus, {}), before);
    }
    const others = { fingerprint: 'of other texts' };
    assert.notEqual(resumeFingerprint(DEFAULT_TRAINING, beginning, others, {}), before);
    const weighted = { weightOf: () => 1 };
    assert.notEqual(resumeFingerprint(DEFAULT_TRAINING, beginning, corpus, weighted), before);
  });
});
