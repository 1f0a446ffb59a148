import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../src/model/checkpoint/checkpoint';
import { gateSize } from '../../../../src/model/mixture/gateParameters';
import type { MixScores } from '../../../../src/protocol/trainerEvents';
import { gains } from '../../../../src/trainer/training/calibratePersonal';
import type { TrainSurroundings } from '../../../../src/trainer/training/trainSurroundings';
import { shuffledIndices } from '../../../../src/trainer/data/shuffledIndices';
import { eventsOf, runCollecting, SmallWorkspace } from './smallJob';

/** Writes the tokenizer of a model again as older files have it, with each merge as one string. */
function olderTokenizer(modelPath: string): void {
  const checkpoint = decodeCheckpoint(readFileSync(modelPath), 'model');
  const { model, ...rest } = checkpoint.tokenizer as { model: { merges: string[][] } };
  const merges = model.merges.map((pair) => pair.join(' '));
  writeFileSync(
    modelPath,
    encodeCheckpoint({ ...checkpoint, tokenizer: { ...rest, model: { ...model, merges } } }),
  );
}

describe('The model that a training leaves', () => {
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });

  it('knows how far ghost text should trust it, and what ghost text gains by it', async () => {
    const { done, events } = await runCollecting(workspace.job());

    const { config, gate, training } = decodeCheckpoint(readFileSync(workspace.modelPath), 'model');
    assert.equal(gate?.length, gateSize(config.vocabSize));
    assert.deepEqual(eventsOf(events, 'warning'), []);
    const mix = done.mix!;
    assert.ok(mix.before.bytes > 0 && mix.before.bytes === mix.after.bytes);
    assert.ok(Number.isFinite(mix.before.bitsPerByte) && Number.isFinite(mix.after.bitsPerByte));
    assert.notEqual(mix.before.bitsPerByte, mix.after.bitsPerByte, 'the network has a say');
    assert.deepEqual(training.mix, {
      bytes: mix.after.bytes,
      bitsPerByteBefore: mix.before.bitsPerByte,
      bitsPerByteAfter: mix.after.bitsPerByte,
    });
  });

  it('is judged by more than the beginning of the held-out text if that is one long document', async () => {
    const book = new SmallWorkspace();
    const letters = [...shuffledIndices(40_000, 1)].map((n) => String.fromCharCode(97 + (n % 26)));
    book.write({ 'book.txt': letters.join('').replace(/.{9}/g, '$&\n') });
    const { done } = await runCollecting(book.job());
    book.remove();
    // A tenth of the letters is held out, and a token holds at most two.
    assert.ok(done.mix!.before.bytes > 3000, `${done.mix!.before.bytes} bytes`);
  });

  it('is measured beside the base network where there is one', async () => {
    const base = join(workspace.storage, 'base.safetensors');
    await runCollecting(workspace.job({}, { modelPath: base }));
    const alone = await runCollecting(workspace.job({}, { modelPath: `${base}.1` }));
    const beside = await runCollecting(workspace.job({}, { baseModelPath: base }));
    // Whether so short-trained a base network helps is chance; that it is used at all is not.
    assert.notEqual(
      beside.done.mix!.before.bitsPerByte,
      alone.done.mix!.before.bitsPerByte,
      'the mix without the personal network has the base network',
    );
  });

  it('is measured beside models whose tokenizer is written otherwise, but is the same', async () => {
    const base = join(workspace.storage, 'base.safetensors');
    await runCollecting(workspace.job({}, { modelPath: base }));
    olderTokenizer(base);
    const alone = await runCollecting(workspace.job());
    olderTokenizer(workspace.modelPath);
    const beside = await runCollecting(workspace.job({}, { baseModelPath: base }));
    assert.deepEqual(eventsOf(beside.events, 'warning'), []);
    assert.notEqual(beside.done.mix!.before.bitsPerByte, alone.done.mix!.before.bitsPerByte);
    assert.notEqual(beside.done.mix!.earlier, undefined);
  });

  it('is kept, with a warning, where the gate cannot be learned', async () => {
    const missing = join(workspace.storage, 'gone.wasm');
    const { done, events } = await runCollecting(workspace.job({}, { kernelPath: missing }));
    assert.equal(done.outcome, 'improved');
    assert.equal(done.mix, undefined);
    assert.match(eventsOf(events, 'warning')[0].message, /^How far to trust the new model .*gone\.wasm/);
    assert.equal(decodeCheckpoint(readFileSync(workspace.modelPath), 'model').gate, null);
  });

  it('is the one that was there when the user cancels while the gate is learned', async () => {
    await runCollecting(workspace.job());
    const there = readFileSync(workspace.modelPath);
    const { done } = await runCollecting(
      workspace.job({ seconds: 3, seed: 2 }, { initialModelPath: workspace.modelPath }),
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
        Promise.resolve({ chosen: 0, gate: new Float32Array(1), mix });
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
      const { done, events } = await runCollecting(
        workspace.job({ seconds: 3, learningRate: 0.03, seed: 2 }),
        {
          calibrate: (job) => {
            assert.notEqual(job.earlier, null);
            return mixOf({ before: score(2), after: score(1.6), earlier: score(1.5) })(job);
          },
        },
      );
      assert.deepEqual(eventsOf(events, 'warning'), []);
      assert.equal(done.outcome, 'notImproved');
      assert.deepEqual(readFileSync(workspace.modelPath), there);
    });

    it('and is the candidate that was chosen, even if that costs more alone', async () => {
      // No line follows from another, and each is read again and again.
      const drawn = new SmallWorkspace();
      for (const seed of [1, 2, 3, 4, 5, 6]) {
        const letters = [...shuffledIndices(26 ** 2, seed)].map((n) => String.fromCharCode(97 + (n % 26)));
        drawn.write({ [`drawn${seed}.txt`]: `${letters.join('').replace(/.{9}/g, '$&\n')}\n` });
      }
      const large = { hiddenSize: 96, embeddingSize: 32, dropout: 0, learningRate: 0.01, seconds: 10 };
      const mix = { before: score(2), after: score(1.5) };
      const read: number[] = [];
      const { done, events } = await runCollecting(drawn.job(large), {
        calibrate: ({ candidates }) => {
          read.push(candidates.length);
          return Promise.resolve({ chosen: candidates.length - 1, gate: new Float32Array(1), mix });
        },
      });
      assert.deepEqual(read, [2], 'what was learned by heart is of no use');
      const last = eventsOf(events, 'validation').at(-1)!;
      assert.deepEqual(done.after, last.score);
      assert.deepEqual(eventsOf(events, 'saved'), [
        { kind: 'saved', path: drawn.modelPath, step: last.step },
      ]);
      drawn.remove();
    });

    it('by more than chance', () => {
      assert.ok(gains({ before: score(2), after: score(1.9) }));
      assert.ok(!gains({ before: score(2), after: score(1.999) }));
      assert.ok(gains({ before: score(2), after: score(1.9), earlier: score(1.95) }));
      assert.ok(!gains({ before: score(2), after: score(1.9), earlier: score(1.9) }));
    });
  });

  it('is compared, as part of the mix, with the one that is there', async () => {
    await runCollecting(workspace.job({ learningRate: 0.002 }));
    const { done } = await runCollecting(
      workspace.job({ seconds: 4 }, { initialModelPath: workspace.modelPath }),
    );
    assert.equal(done.outcome, 'improved');
    const { before, earlier } = done.mix!;
    assert.equal(earlier!.bytes, before.bytes);
    assert.notEqual(earlier!.bitsPerByte, before.bitsPerByte, 'the earlier network has a say');
  });

  describe('is the one that is better alone, if its part in ghost text cannot be measured', () => {
    const missing = () => join(workspace.storage, 'gone.wasm');

    it('so that one which training did not better stays', async () => {
      await runCollecting(workspace.job());
      const there = readFileSync(workspace.modelPath);
      const { done } = await runCollecting(
        workspace.job(
          // So small a rate changes nothing but a rounding here and there.
          { learningRate: 1e-9 },
          { kernelPath: missing(), initialModelPath: workspace.modelPath },
        ),
      );
      assert.equal(done.outcome, 'notImproved');
      assert.deepEqual(readFileSync(workspace.modelPath), there);
    });

    it('also against one that training did not start from', async () => {
      await runCollecting(workspace.job({ seconds: 3 }));
      const there = readFileSync(workspace.modelPath);
      const { done } = await runCollecting(
        workspace.job({ learningRate: 1e-5, seconds: 1 }, { kernelPath: missing() }),
      );
      assert.equal(done.outcome, 'notImproved');
      assert.equal(done.modelPath, null);
      assert.ok(done.earlier!.bitsPerByte < done.after!.bitsPerByte);
      assert.deepEqual(readFileSync(workspace.modelPath), there);
    });
  });

  it('takes the place of one from elsewhere that is worse, and of another shape', async () => {
    await runCollecting(workspace.job({ learningRate: 1e-5, seconds: 1, architecture: 'rnn' }));
    const { done } = await runCollecting(workspace.job({ seconds: 2 }));
    assert.equal(done.outcome, 'improved');
    assert.ok(done.after!.bitsPerByte < done.earlier!.bitsPerByte);
    assert.equal(decodeCheckpoint(readFileSync(workspace.modelPath), 'model').config.architecture, 'lstm');
  });
});
