import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpoint } from '../../../../src/model/checkpoint/checkpoint';
import { gateSize } from '../../../../src/model/mixture/gateParameters';
import { kernelBytes } from '../../../support/kernelBytes';
import type { MixScores } from '../../../../src/protocol/trainerProtocol';
import { gains } from '../../../../src/trainer/training/calibratePersonal';
import type { TrainSurroundings } from '../../../../src/trainer/training/trainSurroundings';
import { eventsOf, runCollecting, SmallWorkspace } from './smallJob';

describe('The model that a training leaves', () => {
  const kernelPath = join(__dirname, '../../../../dist/kernel.wasm');
  let workspace: SmallWorkspace;
  before(kernelBytes);
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });

  it('knows how far ghost text should trust it, and what ghost text gains by it', async () => {
    const { done, events } = await runCollecting(workspace.job({}, { kernelPath }));

    const { config, gate, training } = decodeCheckpoint(readFileSync(workspace.modelPath), 'model');
    assert.equal(gate?.length, gateSize(config.vocabSize));
    assert.deepEqual(eventsOf(events, 'warning'), []);
    const [{ mix }] = eventsOf(events, 'calibrated');
    assert.deepEqual(done.mix, mix);
    assert.ok(mix.before.bytes > 0 && mix.before.bytes === mix.after.bytes);
    assert.ok(Number.isFinite(mix.before.bitsPerByte) && Number.isFinite(mix.after.bitsPerByte));
    assert.notEqual(mix.before.bitsPerByte, mix.after.bitsPerByte, 'the network has a say');
    assert.deepEqual(training.mix, {
      bytes: mix.after.bytes,
      bitsPerByteBefore: mix.before.bitsPerByte,
      bitsPerByteAfter: mix.after.bitsPerByte,
    });
  });

  it('is measured beside the base network where there is one', async () => {
    const base = join(workspace.storage, 'base.safetensors');
    await runCollecting(workspace.job({}, { kernelPath, modelPath: base }));
    const alone = await runCollecting(workspace.job({}, { kernelPath, modelPath: `${base}.1` }));
    const beside = await runCollecting(workspace.job({}, { kernelPath, baseModelPath: base }));
    // Whether so young a base network helps is chance; that it is asked at all is not.
    assert.notEqual(
      beside.done.mix!.before.bitsPerByte,
      alone.done.mix!.before.bitsPerByte,
      'the mix without the personal network has the base network',
    );
  });

  it('is kept, with a warning, where the gate cannot be learned', async () => {
    const missing = join(workspace.storage, 'gone.wasm');
    const { done, events } = await runCollecting(workspace.job({}, { kernelPath: missing }));
    assert.equal(done.outcome, 'improved');
    assert.equal(done.mix, undefined);
    assert.match(eventsOf(events, 'warning')[0].message, /new model is kept, but .*gone\.wasm/);
    assert.equal(decodeCheckpoint(readFileSync(workspace.modelPath), 'model').gate, null);
  });

  it('is the one that was there when the user cancels while the gate is learned', async () => {
    await runCollecting(workspace.job({}, { kernelPath }));
    const there = readFileSync(workspace.modelPath);
    const { done } = await runCollecting(
      workspace.job({ seconds: 3, seed: 2 }, { kernelPath, initialModelPath: workspace.modelPath }),
      {},
      (event, control) => {
        if (event.kind === 'calibrating') {
          control.cancel();
        }
      },
    );
    assert.equal(done.modelPath, null);
    assert.deepEqual(readFileSync(workspace.modelPath), there);
    assert.ok(!existsSync(workspace.resumePath));
  });

  describe('is kept only where ghost text as a whole gains by it', () => {
    const score = (bitsPerByte: number) => ({ bytes: 1000, bitsPerByte });
    const mixOf =
      (mix: MixScores): TrainSurroundings['calibrate'] =>
      () =>
        Promise.resolve({ gate: new Float32Array(1), mix });
    const trainedWith = (mix: MixScores) => runCollecting(workspace.job(), { calibrate: mixOf(mix) });

    it('so that one which is better alone, but not beside the counts, is not written', async () => {
      const mix = { before: score(1.736), after: score(1.782) };
      const { done, events } = await trainedWith(mix);
      assert.deepEqual([done.outcome, done.modelPath, done.mix], ['notImproved', null, mix]);
      assert.ok(done.after!.bitsPerByte < Infinity, 'alone it was better than none');
      assert.ok(!existsSync(workspace.modelPath) && !existsSync(workspace.resumePath));
      assert.deepEqual(eventsOf(events, 'saved'), []);
    });

    it('against the earlier model too, which then stays', async () => {
      await trainedWith({ before: score(2), after: score(1.5) });
      const there = readFileSync(workspace.modelPath);
      const asked: (object | null)[] = [];
      const { done } = await runCollecting(workspace.job({ seconds: 3, learningRate: 0.03, seed: 2 }), {
        calibrate: (job) => {
          asked.push(job.earlier?.config ?? null);
          return mixOf({ before: score(2), after: score(1.6), earlier: score(1.5) })(job);
        },
      });
      // Where it is not better alone, it is not even asked for.
      assert.ok(asked.every((config) => config !== null));
      assert.equal(done.outcome, 'notImproved');
      assert.deepEqual(readFileSync(workspace.modelPath), there);
    });

    it('by more than chance', () => {
      assert.ok(gains({ before: score(2), after: score(1.9) }));
      assert.ok(!gains({ before: score(2), after: score(1.999) }));
      assert.ok(gains({ before: score(2), after: score(1.9), earlier: score(1.95) }));
      assert.ok(!gains({ before: score(2), after: score(1.9), earlier: score(1.9) }));
    });
  });

  it('is compared, as part of the mix, with the one that is there', async () => {
    await runCollecting(workspace.job({ learningRate: 0.002 }, { kernelPath }));
    const { done } = await runCollecting(
      workspace.job({ seconds: 4 }, { kernelPath, initialModelPath: workspace.modelPath }),
    );
    assert.equal(done.outcome, 'improved');
    const { before, earlier } = done.mix!;
    assert.equal(earlier!.bytes, before.bytes);
    assert.notEqual(earlier!.bitsPerByte, before.bitsPerByte, 'the earlier network has a say');
  });

  it('is the one that was there, not calibrated again, when training did not help', async () => {
    await runCollecting(workspace.job({}, { kernelPath }));
    const there = readFileSync(workspace.modelPath);
    const { done, events } = await runCollecting(
      workspace.job({ learningRate: 1e-9 }, { kernelPath, initialModelPath: workspace.modelPath }),
    );
    assert.equal(done.outcome, 'notImproved');
    assert.deepEqual(eventsOf(events, 'calibrating'), []);
    assert.deepEqual(readFileSync(workspace.modelPath), there);
  });

  it('is the one that was there when a training from elsewhere finds no better one, and says so', async () => {
    await runCollecting(workspace.job({ seconds: 3 }, { kernelPath }));
    const there = readFileSync(workspace.modelPath);
    const { done, events } = await runCollecting(
      workspace.job({ learningRate: 1e-5, seconds: 1 }, { kernelPath }),
    );
    assert.equal(done.outcome, 'notImproved');
    assert.equal(done.modelPath, null);
    assert.ok(done.earlier!.bitsPerByte < done.after!.bitsPerByte);
    assert.match(eventsOf(events, 'warning')[0].message, /already stays: it has [\d.]+ bits per byte/);
    assert.deepEqual(readFileSync(workspace.modelPath), there);
  });

  it('takes the place of one from elsewhere that is worse, and of another shape', async () => {
    await runCollecting(
      workspace.job({ learningRate: 1e-5, seconds: 1, architecture: 'rnn' }, { kernelPath }),
    );
    const { done } = await runCollecting(workspace.job({ seconds: 2 }, { kernelPath }));
    assert.equal(done.outcome, 'improved');
    assert.ok(done.after!.bitsPerByte < done.earlier!.bitsPerByte);
    assert.equal(decodeCheckpoint(readFileSync(workspace.modelPath), 'model').config.architecture, 'lstm');
  });
});
