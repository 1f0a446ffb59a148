import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpoint } from '../../../../src/model/checkpoint/checkpoint';
import { createKernelNetwork } from '../../../../src/model/network/kernelNetwork';
import { hasShape, type NetworkShape } from '../../../../src/model/networkConfig';
import { Tokenizer } from '../../../../src/model/tokenizer/tokenizer';
import type { PlanJob, TrainJob } from '../../../../src/protocol/trainerProtocol';
import { DivergenceError } from '../../../../src/trainer/engine';
import { chooseEngine } from '../../../../src/trainer/engines/chooseEngine';
import { EngineFault } from '../../../../src/trainer/engines/guardEngine';
import { planTraining } from '../../../../src/trainer/training/planTraining';
import { decodeResumePoint, encodeResumePoint } from '../../../../src/trainer/training/resumeFile';
import { writeWholeFile, type WriteFile } from '../../../../src/trainer/training/saveFile';
import { kernelBytes } from '../../../support/kernelBytes';
import { whileHeldOnWindows } from '../../../support/whileHeldOnWindows';
import { calibratePersonal } from '../../../../src/trainer/training/calibratePersonal';
import { eventsOf, runCollecting, SmallWorkspace } from './smallJob';

describe('Training a workspace', function () {
  // Only a hanging training takes this long.
  this.timeout(600_000);
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace();
  });
  afterEach(() => {
    workspace.remove();
  });

  const failsWith = (job: TrainJob, sentence: RegExp) =>
    assert.rejects(runCollecting(job), { message: sentence });
  /** An engine whose first steps fail; `rates` takes the learning rates of the others. */
  const failing =
    (failures: number, fault: Error, rates: number[] = []): typeof chooseEngine =>
    async (...wanted) => {
      const chosen = await chooseEngine(...wanted);
      let left = failures;
      return {
        ...chosen,
        engine: {
          ...chosen.engine,
          createNetwork: (...given) => {
            const network = chosen.engine.createNetwork(...given);
            const step = network.trainStep.bind(network);
            network.trainStep = (batch, options) => {
              if (left-- > 0) {
                return Promise.reject(fault);
              }
              rates.push(options.learningRate);
              return step(batch, options);
            };
            return network;
          },
        },
      };
    };
  const noSpace = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));

  it('writes a model that is better on files it did not train on, and says what it did', async () => {
    const { done, events } = await runCollecting(workspace.writeVerses().job());

    assert.equal(done.outcome, 'improved');
    assert.equal(done.before, null);
    const scores = eventsOf(events, 'validation').map(({ score }) => score.bitsPerByte);
    assert.equal(done.after?.bitsPerByte, Math.min(...scores));
    assert.ok(done.after.bitsPerByte < 2, 'as few bits as a text of a few words needs');
    const [files] = eventsOf(events, 'files');
    assert.equal(files.trainFiles + files.heldOutFiles, 10);
    assert.equal(eventsOf(events, 'engine')[0].reason, 'The engine "wasm" was asked for.');
    const { training, config } = decodeCheckpoint(readFileSync(workspace.modelPath), 'model');
    assert.equal(config.hiddenSize, 16);
    assert.equal(training.heldOut?.bitsPerByteAfter, done.after?.bitsPerByte);
    assert.ok(training.learned!.length > 0, 'what it has read');
    assert.deepEqual(readdirSync(workspace.storage), ['personal.safetensors'], 'nothing else is left behind');
  });

  const shapes: readonly Partial<NetworkShape>[] = [
    { architecture: 'transformer', numLayers: 2 },
    { architecture: 'lstm', attention: true },
  ];
  for (const shape of shapes) {
    const title = `${shape.architecture}${shape.attention === true ? ' with attention' : ''}`;

    it(`writes a ${title} that ghost text's kernel reads, as good as was measured`, async () => {
      // Long enough to memorise a first verse.
      const job = workspace.writeVerses().job({ ...shape, seconds: 4, unrollSteps: 32 });
      const { done } = await runCollecting(job);
      assert.equal(done.outcome, 'improved');
      const { config, weights, tokenizer } = decodeCheckpoint(readFileSync(workspace.modelPath), 'model');
      assert.ok(hasShape(config, job.options));
      const network = createKernelNetwork(config, weights, 'personal', await kernelBytes());
      const text = 'verse 5 line 77 sings of the same old sea\n';
      const tokens = Tokenizer.fromJson(tokenizer).encode(text.repeat(8));
      const probs = new Float32Array(config.vocabSize);
      let state = network.start();
      let bits = 0;
      for (const tokenId of tokens) {
        network.predict(state, probs);
        bits -= Math.log2(probs[tokenId]);
        state = network.next(state, tokenId);
      }
      const bitsPerByte = bits / Buffer.byteLength(text.repeat(8));
      assert.ok(bitsPerByte < done.after!.bitsPerByte + 0.5, `${bitsPerByte}, ${done.after!.bitsPerByte}`);
      network.dispose();
    });
  }

  it('goes on from an earlier model and reports its score as the one before', async () => {
    workspace.writeVerses();
    // So small a rate leaves much to learn.
    const first = await runCollecting(workspace.job({ learningRate: 0.001 }));
    const { done } = await runCollecting(
      workspace.job({ seconds: 8 }, { initialModelPath: workspace.modelPath }),
    );
    // The sizes of the two samples may depend on the engine's speed; these files are short enough to be taken whole.
    assert.equal(done.before?.bitsPerByte.toFixed(4), first.done.after?.bitsPerByte.toFixed(4));
    assert.ok(done.after!.bitsPerByte < done.before!.bitsPerByte);
  });

  it('says that training did not help, and keeps the earlier model', async () => {
    workspace.writeVerses();
    await runCollecting(workspace.job());
    const earlier = readFileSync(workspace.modelPath);
    const { done } = await runCollecting(
      // So small a rate changes nothing but a rounding here and there.
      workspace.job({ learningRate: 1e-9 }, { initialModelPath: workspace.modelPath }),
      { calibrate: calibratePersonal },
    );
    assert.equal(done.outcome, 'notImproved');
    assert.equal(done.modelPath, null);
    assert.deepEqual(readFileSync(workspace.modelPath), earlier);
  });

  it('starts afresh, with a warning, when the initial model has another shape', async () => {
    workspace.writeVerses();
    await runCollecting(workspace.job());
    const { done, events } = await runCollecting(
      workspace.job({ architecture: 'gru' }, { initialModelPath: workspace.modelPath }),
    );
    assert.equal(done.before, null);
    assert.match(
      eventsOf(events, 'warning')[0].message,
      /another kind \(lstm, .*\) than is asked for \(gru, .*\), so training starts afresh/,
    );
  });

  it('trains on the files of a given split and goes on without those that are gone', async () => {
    workspace.writeVerses().write({ 'picture.txt': new Uint8Array([0, 0, 9, 8, 0, 7]) });
    const { events } = await runCollecting(
      workspace.job(
        {},
        {
          split: { train: ['verse1.txt', 'verse2.txt', 'gone.txt', 'picture.txt'], heldOut: ['verse3.txt'] },
        },
      ),
    );
    const [files] = eventsOf(events, 'files');
    assert.deepEqual([files.trainFiles, files.heldOutFiles], [2, 1]);
    assert.match(eventsOf(events, 'warning')[0].message, /without gone\.txt/);
  });

  it('pauses, goes on and is cancelled between two steps', async () => {
    const seen: string[] = [];
    const { done } = await runCollecting(
      workspace.writeVerses().job({ seconds: 60 }),
      {},
      (event, control) => {
        if (event.kind === 'step' && seen.length === 0) {
          seen.push('step');
          control.pause();
        } else if (event.kind === 'paused') {
          seen.push('paused');
          setTimeout(() => {
            seen.push('wake');
            control.resume();
          }, 0);
        } else if (event.kind === 'continued') {
          seen.push('continued');
        } else if (event.kind === 'step' && seen.includes('continued')) {
          control.cancel();
        }
      },
    );
    assert.deepEqual(seen, ['step', 'paused', 'wake', 'continued']);
    assert.equal(done.outcome, 'cancelled');
    assert.ok(!existsSync(workspace.resumePath));
  });

  it('has ended well though another program looks at what it leaves behind on Windows', async () => {
    const { done } = await whileHeldOnWindows(() =>
      runCollecting(workspace.writeVerses().job({ seconds: 60 }), {}, ({ kind }, control) => {
        if (kind === 'step') {
          control.cancel();
        }
      }),
    );
    assert.equal(done.outcome, 'cancelled');
    assert.ok(!existsSync(workspace.resumePath));
  });

  it('pauses also while it learns how far to trust the new network', async () => {
    const seen: string[] = [];
    await runCollecting(workspace.writeVerses().job(), {}, ({ kind }, control) => {
      if (kind === 'calibrating' && seen.length === 0) {
        seen.push(kind);
        control.pause();
      } else if (kind === 'paused') {
        setTimeout(() => {
          seen.push('wake');
          control.resume();
        }, 50);
      }
      if (kind === 'paused' || kind === 'continued' || kind === 'saved') {
        seen.push(kind);
      }
    });
    assert.deepEqual(seen, ['calibrating', 'paused', 'wake', 'continued', 'saved']);
  });

  it('is cancelled while it reads files', async () => {
    const { done } = await runCollecting(workspace.writeVerses().job(), {}, (event, control) => {
      if (event.kind === 'scanning') {
        control.cancel();
      }
    });
    assert.deepEqual([done.outcome, done.steps], ['cancelled', 0]);
  });

  describe('after it was interrupted', () => {
    /** When the model is to be written. */
    const interrupted = async (job: TrainJob) => {
      await assert.rejects(
        runCollecting(job, {
          writeFile: (path, bytes) => (path === job.modelPath ? noSpace() : writeWholeFile(path, bytes)),
        }),
      );
    };

    it('goes on where it was', async () => {
      const job = workspace.writeVerses().job();
      await interrupted(job);
      const { events, done } = await runCollecting(job);
      assert.equal(eventsOf(events, 'resumed').length, 1);
      assert.equal(done.outcome, 'improved');
      assert.ok(!existsSync(workspace.resumePath));
    });

    it('goes on where it was, too, when the model lies among the texts', async () => {
      const modelPath = join(workspace.folder, 'model.safetensors');
      const job = workspace.writeVerses().job({}, { modelPath, resumePath: `${modelPath}.resume` });
      await interrupted(job);
      const { events } = await runCollecting(job);
      assert.deepEqual(eventsOf(events, 'warning'), []);
      assert.equal(eventsOf(events, 'resumed').length, 1);
    });

    const planOf = (job: PlanJob) => planTraining(job, new AbortController().signal, () => undefined);
    const planResumes = async (job: PlanJob) => (await planOf(job)).resumes;

    it('has a plan of the time that is left, not of all of it', async () => {
      const job = workspace.writeVerses().job();
      await interrupted(job);
      const { estimate: whole } = await planOf(job);
      const point = decodeResumePoint(readFileSync(job.resumePath));
      const progress = { ...point.progress, seconds: 0.75 * job.options.seconds };
      writeFileSync(job.resumePath, encodeResumePoint({ ...point, progress }));
      const { estimate: rest } = await planOf(job);
      assert.ok(
        rest.seconds > 0 && rest.seconds <= whole.seconds / 4,
        `${rest.seconds} of ${whole.seconds} s`,
      );
      assert.ok(rest.epochs <= whole.epochs / 4, `${rest.epochs} of ${whole.epochs} passes`);
    });

    it('has a plan that says so, as long as it is true', async () => {
      const job = workspace.writeVerses().job();
      assert.equal(await planResumes(job), false);
      await interrupted(job);
      assert.equal(await planResumes(job), true);
      assert.equal(await planResumes({ ...job, resumePath: null }), false);
      assert.equal(await planResumes(workspace.job({ seconds: 2 })), false);
      assert.equal(await planResumes(workspace.job({ threads: 2 })), true);
      workspace.write({ 'verse4.txt': 'another verse of the sea\n'.repeat(40) });
      assert.equal(await planResumes(job), false);
    });

    it('has a plan that says so, too, where it has gone on from a model that has read most of the texts', async () => {
      workspace.writeVerses();
      await runCollecting(workspace.job());
      workspace.write({ 'verse10.txt': 'verse 10 sings of another sea and of its many ships\n'.repeat(60) });
      const job = workspace.job({}, { initialModelPath: workspace.modelPath });
      await interrupted(job);
      assert.equal(await planResumes(job), true);
      const { events } = await runCollecting(job);
      assert.equal(eventsOf(events, 'resumed').length, 1);
    });

    it('starts again, and says so, when the saved state is damaged', async () => {
      const job = workspace.writeVerses().job();
      await interrupted(job);
      const bytes = readFileSync(workspace.resumePath);
      bytes[bytes.length >> 1] ^= 1;
      writeFileSync(workspace.resumePath, bytes);
      const { events, done } = await runCollecting(job);
      assert.match(eventsOf(events, 'warning')[0].message, /it is damaged, so this one starts again/);
      assert.equal(done.outcome, 'improved');
    });

    it('goes on where it was, too, when a file was touched or written anew that holds what it held', async () => {
      const touch = (name: string, days: number) => {
        const time = Date.now() / 1000 - days * 24 * 3600;
        utimesSync(join(workspace.folder, name), time, time);
      };
      const job = workspace.writeVerses().job();
      touch('verse1.txt', 90);
      touch('verse2.txt', 40);
      await interrupted(job);
      touch('verse2.txt', 0);
      touch('verse3.txt', 20);
      assert.equal(await planResumes(job), true);
      const { events, done } = await runCollecting(job);
      assert.equal(eventsOf(events, 'resumed').length, 1);
      assert.equal(done.outcome, 'improved');
    });

    it('starts again, and says so, when the files have changed', async () => {
      const job = workspace.writeVerses().job();
      await interrupted(job);
      rmSync(join(workspace.folder, 'verse4.txt'));
      const { events } = await runCollecting(job);
      assert.match(
        eventsOf(events, 'warning')[0].message,
        /the files, the options or the base model have changed since/,
      );
    });

    it('starts again, and says so, when the base model that it came from is another one now', async () => {
      const baseModelPath = join(workspace.storage, 'base.safetensors');
      const anotherPath = join(workspace.storage, 'another.safetensors');
      workspace.writeVerses();
      await runCollecting(workspace.job({}, { modelPath: baseModelPath }));
      await runCollecting(workspace.job({ seed: 2 }, { modelPath: anotherPath }));
      const job = workspace.job({}, { initialModelPath: baseModelPath, baseModelPath });
      await interrupted(job);
      assert.equal(await planResumes(job), true);
      renameSync(anotherPath, baseModelPath);
      assert.equal(await planResumes(job), false);
      const { events } = await runCollecting(job);
      assert.deepEqual(eventsOf(events, 'resumed'), []);
      assert.match(eventsOf(events, 'warning')[0].message, /have changed since, so this one starts again/);
    });
  });

  it('says that the disk is full, and the earlier model is as it was', async () => {
    workspace.writeVerses();
    // A short training, so that the next one is better and is to be written.
    await runCollecting(workspace.job({ seconds: 1 }));
    const earlier = readFileSync(workspace.modelPath);
    await assert.rejects(runCollecting(workspace.job(), { writeFile: noSpace }), {
      message: /^The disk is full, so .* could not be written\. .* Free some space and try again\.$/,
    });
    assert.deepEqual(readFileSync(workspace.modelPath), earlier);
  });

  it('goes on, and says so once, where there is room for the model but not for how far it is', async () => {
    const job = workspace.writeVerses().job();
    let refused = 0;
    const writeFile: WriteFile = (path, bytes) => {
      refused += path === job.resumePath ? 1 : 0;
      return path === job.resumePath ? noSpace() : writeWholeFile(path, bytes);
    };
    const { done, events } = await runCollecting(job, { writeFile }, (event, control) => {
      // A pause saves the state again.
      if (event.kind === 'step' && event.step === 1) {
        control.pause();
      } else if (event.kind === 'paused') {
        setTimeout(() => {
          control.resume();
        }, 0);
      }
    });
    assert.equal(done.outcome, 'improved');
    assert.ok(existsSync(workspace.modelPath));
    assert.ok(refused >= 2, `${refused} times`);
    const warnings = eventsOf(events, 'warning').map(({ message }) => message);
    assert.equal(warnings.filter((message) => message.startsWith('The disk has no room')).length, 1);
  });

  it('says where a model cannot be written', async () => {
    workspace.writeVerses().write({ 'a-file': 'text' });
    const modelPath = join(workspace.folder, 'a-file', 'personal.safetensors');
    await failsWith(workspace.job({}, { modelPath }), /a-file.personal\.safetensors could not be written/);
  });

  it('rolls back and goes on at half the rate when training diverges, and gives up in the end', async () => {
    const job = workspace.writeVerses().job();
    const rates: number[] = [];
    const { done, events } = await runCollecting(job, {
      chooseEngine: failing(2, new DivergenceError('diverged'), rates),
    });
    assert.equal(eventsOf(events, 'warning').length, 2);
    assert.equal(done.outcome, 'improved');
    assert.ok(Math.max(...rates) <= job.options.learningRate / 4);
    await assert.rejects(
      runCollecting(job, { chooseEngine: failing(Infinity, new DivergenceError('diverged')) }),
      {
        message:
          /^Training diverged 4 times.*Train afresh, or with another engine, or another kind or size of network\.$/,
      },
    );
  });

  it('has the engines timed again before the next one when an engine fails, and not when the training does', async () => {
    const cachePath = join(workspace.storage, 'engine-timings.json');
    const engineOptions = { timing: { processPath: '', version: '', cachePath } };
    const job = workspace.writeVerses().job();
    for (const [fault, isKept] of [
      [new DivergenceError('diverged'), true],
      [new Error('out of memory'), false],
    ] as const) {
      writeFileSync(cachePath, '{}');
      await assert.rejects(runCollecting(job, { engineOptions, chooseEngine: failing(Infinity, fault) }));
      assert.equal(existsSync(cachePath), isKept);
    }
    // What cannot be removed, as in a folder that may not be written to, hides no fault of the engine, after which another goes on.
    mkdirSync(join(cachePath, 'in the way'), { recursive: true });
    const chooseFailing = failing(Infinity, new Error('out of memory'));
    await assert.rejects(runCollecting(job, { engineOptions, chooseEngine: chooseFailing }), EngineFault);
  });

  describe('refuses with one clear sentence', () => {
    it('an empty folder', () =>
      failsWith(workspace.job(), /^There is no text to learn from in .*: it holds no files\.$/));

    it('a folder of only binaries', () => {
      workspace.write({ 'a.png': new Uint8Array([1, 2, 3]), b: new Uint8Array([0, 0, 9, 8, 0, 7]) });
      return failsWith(
        workspace.job(),
        /^There is no text to learn from in .*: what is there was left out \(not text\)\.$/,
      );
    });

    it('a folder of which all is left out for several reasons', () => {
      const binary = new Uint8Array([0, 0, 9, 8, 0, 7]);
      workspace.write({ 'a.txt': ' \n', b: binary, c: binary });
      return failsWith(
        workspace.job(),
        /what is there was left out, most of it for one reason \(not text\)\.$/,
      );
    });

    it('a folder with a few words', () => {
      workspace.write({ 'a.txt': 'only a few words\n' });
      return failsWith(workspace.job(), /^There is too little text to learn from/);
    });

    it('a folder that is not there', () =>
      failsWith(
        workspace.job({}, { folders: [join(workspace.folder, 'gone')] }),
        /gone cannot be read; check/,
      ));

    it('a damaged initial model', async () => {
      workspace.writeVerses();
      const initialModelPath = join(workspace.storage, 'base.safetensors');
      writeFileSync(initialModelPath, 'not a model at all');
      await failsWith(workspace.job({}, { initialModelPath }), /base\.safetensors/);
    });

    it('a missing initial model', () =>
      failsWith(
        workspace.job({}, { initialModelPath: '/gone.safetensors' }),
        /gone\.safetensors cannot be read; check/,
      ));
  });

  it('reads only the beginning of a huge file and leaves out one with a huge line or bad encoding', async () => {
    const sentence = 'The ship came about, slowly, and stood for the harbour. ';
    workspace.writeVerses().write({
      'huge.txt': Buffer.alloc(50_000_000, `${sentence}\n`),
      'line.txt': sentence.repeat(90_000),
      'invalid.txt': Buffer.concat([
        Buffer.from('caf'),
        Buffer.from([0xc3, 0x28, 0xff, 0xfe, 0xfa]),
        Buffer.from('\n'),
      ]),
    });
    const { done, events } = await runCollecting(workspace.job({ seconds: 1 }));
    const [files] = eventsOf(events, 'files');
    assert.ok(files.bytes < 3_000_000);
    assert.equal(done.outcome, 'improved');
  });
});
