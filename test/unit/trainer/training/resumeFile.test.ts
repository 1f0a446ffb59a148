import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import {
  decodeResumePoint,
  encodeResumePoint,
  isForeignFile,
  type ResumePoint,
} from '../../../../src/trainer/training/resumeFile';

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
    position: { epoch: 0, taken: 3, rows: [{ stretch: 2, offset: 8 }] },
  },
  position: { epoch: 1, taken: 2, rows: [{ stretch: 3, offset: 4 }] },
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
});
