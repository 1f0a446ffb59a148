import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { TrainingSession } from '../../../../src/editor/trainingSession.js';
import type { DoneEvent, TrainerEvent } from '../../../../src/protocol/trainerEvents.js';
import { DEFAULT_TRAINING, type TrainJob } from '../../../../src/protocol/trainerProtocol.js';

/** Tells its events in order; a word among them is a request that it awaits first. */
const trainer = (script: readonly (TrainerEvent | 'pause' | 'resume')[]): string => `
  const script = ${JSON.stringify(script)};
  let sent = Promise.resolve();
  const goOn = () => {
    while (script.length > 0 && typeof script[0] !== 'string') {
      const event = script.shift();
      sent = new Promise((resolve) => process.send(event, resolve));
    }
    if (script.length === 0) {
      void sent.then(() => process.disconnect());
    }
  };
  process.on('message', ({ kind }) => {
    if (kind === script[0]) {
      script.shift();
    }
    goOn();
  });
`;

const step = (progress: number): TrainerEvent => ({
  kind: 'step',
  step: 100 * progress,
  progress,
  trainLoss: 4 - progress,
  tokensPerSecond: 1000,
  secondsLeft: 30,
});
const validation = (bitsPerByte: number): TrainerEvent => ({
  kind: 'validation',
  step: 25,
  score: { bytes: 100, bitsPerByte },
});
const calibrating = (progress: number): TrainerEvent => ({ kind: 'calibrating', progress });
const files: TrainerEvent = { kind: 'files', trainFiles: 3, heldOutFiles: 1, bytes: 2000 };
const done: DoneEvent = {
  kind: 'done',
  outcome: 'notImproved',
  before: null,
  after: null,
  steps: 100,
  tokensPerSecond: 1000,
  modelPath: null,
};

describe('A training in a window', () => {
  const log = vscode.window.createOutputChannel('Trainings of the tests', { log: true });
  let folder: string;
  let job: TrainJob;
  let session: TrainingSession;
  const script = (...events: Parameters<typeof trainer>[0]) =>
    writeFile(join(folder, 'trainer.cjs'), trainer(events));
  /** Pauses and resumes when a line says so. */
  const train = async () => {
    const told: [string, number][] = [];
    const result = await session.train(job, null, (line, progress) => {
      told.push([line, progress]);
      if (line === '30 s left' && session.phase === 'running') {
        // Once, as this line is told again after the pause.
        if (!told.some(([earlier]) => earlier === 'pausing…')) {
          session.pause();
        }
      } else if (line === 'paused at 25 %') {
        assert.equal(session.phase, 'paused');
        session.resume();
      }
    });
    return { result, told };
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-session-'));
    job = {
      folders: [folder],
      split: null,
      excludeGlobs: [],
      maxTotalBytes: 1000,
      modelPath: join(folder, 'model.safetensors'),
      resumePath: join(folder, 'resume.bin'),
      initialModelPath: null,
      tokenizerPath: join(folder, 'tokenizer.json'),
      kernelPath: join(folder, 'kernel.wasm'),
      options: DEFAULT_TRAINING,
    };
  });
  beforeEach(() => {
    session = new TrainingSession(join(folder, 'trainer.cjs'), log);
  });
  afterEach(() => {
    session.dispose();
  });
  after(async () => {
    log.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  it('tells while there is none that an earlier one was interrupted, as after the window was loaded again', async () => {
    const told: (readonly string[])[] = [];
    session.onDidChange(() => told.push(session.view().lines));
    session.noteInterrupted(true);
    assert.match(String(told.at(-1)), /^A training of this workspace was interrupted\./);
    await script(files, step(0.25), done);
    await train();
    assert.deepEqual(told[1], ['reading texts…']);
    session.noteInterrupted(false);
    assert.deepEqual(told.at(-1), ['3 files to learn from and 1 to measure on, 2.0 kB']);
  });

  it('tells what it does, how far it is, and of a pause', async () => {
    await script(
      files,
      step(0.25),
      'pause',
      { kind: 'paused' },
      'resume',
      { kind: 'continued' },
      step(0.5),
      validation(2.5),
      calibrating(0.5),
      done,
    );
    const phases = new Set<string>();
    session.onDidChange(() => phases.add(session.phase));
    const { result, told } = await train();
    assert.deepEqual(result, done);
    assert.deepEqual(told, [
      ['reading texts…', 0],
      ['choosing an engine…', 0],
      ['30 s left', 0.25],
      ['pausing…', 0.25],
      ['paused at 25 %', 0.25],
      ['30 s left', 0.25],
      ['30 s left', 0.5],
      ['measuring what was learned, 50 %', 1],
    ]);
    assert.deepEqual([...phases], ['running', 'paused', 'idle']);
    session.conclude('It is over.');
    assert.deepEqual(session.view(), {
      phase: 'idle',
      progress: 1,
      lines: ['3 files to learn from and 1 to measure on, 2.0 kB', 'It is over.'],
      trainLoss: [
        { progress: 0.25, value: 3.75 },
        { progress: 0.5, value: 3.5 },
      ],
      heldOut: [{ progress: 0.5, value: 2.5 }],
    });
  });

  it('spans a long training in few points of its curve', async () => {
    await script(...Array.from({ length: 3000 }, (_, i) => step(i / 3000)), done);
    await session.train(job, null, () => undefined);
    const shares = session.view().trainLoss.map(({ progress }) => progress);
    assert.ok(shares.length >= 300 && shares.length <= 400, String(shares.length));
    assert.ok(shares[0] === 0 && shares.at(-1)! > 0.99);
  });

  it('calls no share of a pause in which the result is measured', async () => {
    await script(calibrating(0), { kind: 'paused' }, 'resume', { kind: 'continued' }, done);
    const told: string[] = [];
    await session.train(job, null, (line) => {
      told.push(line);
      if (line === 'paused') {
        // Changes nothing.
        session.pause();
        session.resume();
      }
    });
    assert.deepEqual(told.slice(-3), [
      'measuring what was learned, 0 %',
      'paused',
      'measuring what was learned, 0 %',
    ]);
  });

  it('shows nothing of the one before', async () => {
    await script(files, step(0.75), validation(2.5), done);
    await train();
    await script('pause', done);
    let first = session.view();
    await session.train(job, null, () => {
      if (session.activity !== 'pausing…') {
        first = session.view();
        session.pause();
      }
    });
    assert.deepEqual(
      { ...first, lines: first.lines.at(-1) },
      { phase: 'running', progress: 0, lines: 'reading texts…', trainLoss: [], heldOut: [] },
    );
    assert.equal(first.lines.length, 1);
    // It ended before it paused.
    await script(done);
    const { told } = await train();
    assert.deepEqual(told, [['reading texts…', 0]]);
  });

  it('is the only one, and cannot be paused once it has ended', async () => {
    await script('pause', done);
    const running = session.train(job, null, () => undefined);
    await assert.rejects(
      session.train(job, null, () => undefined),
      /is running already/,
    );
    session.pause();
    await running;
    assert.throws(() => {
      session.pause();
    }, /No training is running/);
    assert.equal(session.phase, 'idle');
  });

  it('that fails keeps its reason', async () => {
    await script(files, { kind: 'failed', message: 'The disk is full.' });
    await assert.rejects(train(), /The disk is full/);
    assert.deepEqual(session.view().lines.slice(1), ['The disk is full.']);
  });
});
