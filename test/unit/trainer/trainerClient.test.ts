import assert from 'node:assert/strict';
import { ChildProcess, execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { encode } from 'iconv-lite';
import { parseTrainerRequest } from '../../../src/protocol/trainerMessages';
import type { TrainerEvent } from '../../../src/protocol/trainerEvents';
import type { TrainerNode } from '../../../src/trainer/native/trainerNode';
import { planTraining } from '../../../src/trainer/planClient';
import { startTraining } from '../../../src/trainer/trainerClient';
import { eventsOf, SmallWorkspace } from './training/smallJob';

const processPath = join(__dirname, '../../../src/trainer/trainerProcess.ts');

/** Processes that run the trainer on behalf of this one, as the ps of macOS tells them, too. */
const trainerPids = () =>
  execFileSync('ps', ['-A', '-ww', '-o', 'pid=', '-o', 'ppid=', '-o', 'args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, parent, ...args]) => parent === String(process.pid) && args.join(' ').includes('trainerProcess'),
    )
    .map(([pid]) => Number(pid));

describe("The trainer's process", function () {
  this.timeout(60_000);
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });

  const start = (seconds: number, onEvent: (event: TrainerEvent) => void = () => undefined) => {
    const events: TrainerEvent[] = [];
    const run = startTraining({
      processPath,
      job: workspace.job({ seconds }),
      onEvent: (event) => {
        events.push(event);
        onEvent(event);
      },
    });
    return { run, events };
  };
  const until = (kind: TrainerEvent['kind']) => {
    let arrived: () => void;
    const promise = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const onEvent = (event: TrainerEvent) => {
      if (event.kind === kind) {
        arrived();
      }
    };
    return { promise, onEvent };
  };

  it('trains and ends', async () => {
    const { run, events } = start(1.5);
    const done = await run.finished;
    assert.notEqual(done.outcome, 'cancelled');
    assert.ok(done.steps > 0 && Number.isFinite(done.after?.bitsPerByte));
    assert.deepEqual(events.at(-1), done);
    assert.equal(existsSync(workspace.modelPath), done.outcome === 'improved');
  });

  it('runs on the Node.js that it is given, or says that there is none', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const { v8 } = process.versions;
    const path = join(workspace.storage, 'other-node');
    writeFileSync(path, `#!/bin/sh\necho ran >> "${path}.log"\nexec "${process.execPath}" "$@"\n`, {
      mode: 0o755,
    });
    const job = workspace.job({ seconds: 1 });
    const on = (node: TrainerNode) => startTraining({ processPath, job, node, onEvent: () => undefined });
    await on({ path, v8 }).finished;
    assert.match(readFileSync(`${path}.log`, 'utf8'), /^ran\n/);
    await assert.rejects(on({ path: `${path}-gone`, v8 }).finished, /process could not be started/);
    const cancelled = on({ path: `${path}-gone`, v8 });
    cancelled.cancel();
    assert.equal((await cancelled.finished).outcome, 'cancelled');
  });

  it('brings up no console on Windows, where Node.js has one but for this option', async () => {
    const hidden: unknown[] = [];
    const prototype = ChildProcess.prototype as unknown as { spawn: (options: object) => number };
    const { spawn } = prototype;
    prototype.spawn = function (this: unknown, options) {
      hidden.push(Reflect.get(options, 'windowsHide'));
      return spawn.call(this, options);
    };
    try {
      const { run } = start(60);
      run.cancel();
      await run.finished;
    } finally {
      prototype.spawn = spawn;
    }
    assert.deepEqual(hidden, [true]);
  });

  it('pauses and goes on', async () => {
    const paused = until('paused');
    const { run, events } = start(3, (event) => {
      paused.onEvent(event);
      if (event.kind === 'engine') {
        run.pause();
      }
    });
    await paused.promise;
    run.resume();
    assert.notEqual((await run.finished).outcome, 'cancelled');
    assert.equal(eventsOf(events, 'continued').length, 1);
  });

  it('is cancelled soon, once it has begun and while it begins', async () => {
    for (const kind of ['step', null] as const) {
      const begun = until(kind ?? 'step');
      const { run } = start(60, begun.onEvent);
      if (kind !== null) {
        await begun.promise;
      }
      const asked = performance.now();
      run.cancel();
      assert.equal((await run.finished).outcome, 'cancelled');
      assert.ok(performance.now() - asked < 30_000, 'The training would take a minute.');
      assert.ok(!existsSync(workspace.resumePath));
    }
  });

  it('leaves nothing behind when it is cancelled in the middle of a long step', async () => {
    const busy = join(__dirname, '../../support/busyTrainer.ts');
    const run = startTraining({
      processPath: busy,
      job: workspace.job(),
      onEvent: ({ kind }) => {
        if (kind === 'loading') {
          run.cancel();
        }
      },
    });
    assert.equal((await run.finished).outcome, 'cancelled');
    assert.deepEqual(readdirSync(workspace.storage), []);
  });

  /** Cancels a training whose model is just written, and lets the time pass that a process has to end by itself. */
  const cancelledAsSaved = async (then: 'pause' | 'resume') => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const run = startTraining({
        processPath: join(__dirname, '../../support/savedTrainer.ts'),
        job: workspace.job(),
        onEvent: ({ kind }) => {
          if (kind === 'loading') {
            run.cancel();
          } else if (kind === 'saved') {
            mock.timers.tick(10_000);
            run[then]();
          }
        },
      });
      return await run.finished;
    } finally {
      mock.timers.reset();
    }
  };

  it('is not ended by a cancellation that came as the model was written, which then is not called cancelled', async () => {
    assert.equal((await cancelledAsSaved('resume')).outcome, 'improved');
    await assert.rejects(cancelledAsSaved('pause'), /ended unexpectedly/);
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`leaves nothing behind when ${signal} reaches it together with the tool, which then cancels`, async function () {
      if (process.platform === 'win32') {
        this.skip();
      }
      const begun = until('step');
      const { run } = start(60, begun.onEvent);
      await begun.promise;
      for (const pid of trainerPids()) {
        process.kill(pid, signal);
      }
      if (signal === 'SIGTERM') {
        await sleep(100);
      }
      run.cancel();
      assert.equal((await run.finished).outcome, 'cancelled');
      assert.deepEqual(readdirSync(workspace.storage), []);
    });
  }

  it('is cancelled by Ctrl+C, too, when that ends it as it starts, before the tool has heard', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const interrupted = join(__dirname, '../../support/interruptedTrainer.ts');
    const run = startTraining({
      processPath: interrupted,
      job: workspace.job(),
      onEvent: ({ kind }) => {
        if (kind === 'scanning') {
          setTimeout(() => {
            run.cancel();
          }, 50);
        }
      },
    });
    assert.equal((await run.finished).outcome, 'cancelled');
    const heard = new AbortController();
    const plan = planTraining(
      {
        processPath: interrupted,
        job: { ...workspace.job(), modelPath: null },
        onProgress: () => {
          setTimeout(() => {
            heard.abort();
          }, 50);
        },
      },
      heard.signal,
    );
    await assert.rejects(plan, { name: 'AbortError' });
  });

  it('does not say that it saved something when it ends while it looks for texts', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const plan = planTraining({ processPath, job: { ...workspace.job(), modelPath: null } });
    for (const pid of trainerPids()) {
      process.kill(pid, 'SIGKILL');
    }
    await assert.rejects(plan, {
      message:
        /ended unexpectedly, by SIGKILL, while it looked for texts\. Nothing was trained yet: try again\.$/,
    });
  });

  it('ends when it alone is asked to', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const begun = until('engine');
    const { run } = start(60, begun.onEvent);
    await begun.promise;
    for (const pid of trainerPids()) {
      process.kill(pid, 'SIGTERM');
    }
    await assert.rejects(run.finished, /ended unexpectedly, with status 143\. .* go on from there\.$/);
  });

  it('may be trained again at once after it was killed, and goes on from there', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const begun = until('validation');
    const { run } = start(3, begun.onEvent);
    await begun.promise;
    for (const pid of trainerPids()) {
      process.kill(pid, 'SIGKILL');
    }
    await assert.rejects(run.finished, {
      message: /ended unexpectedly, by SIGKILL\. What it saved is kept: train again to go on from there\.$/,
    });
    assert.ok(existsSync(workspace.resumePath));
    const again = start(3);
    assert.notEqual((await again.run.finished).outcome, 'cancelled');
    assert.equal(eventsOf(again.events, 'resumed').length, 1);
  });

  it('ends with the window, and goes on from there the next time', async () => {
    const begun = until('step');
    const { run } = start(60, begun.onEvent);
    await begun.promise;
    run.end();
    await assert.rejects(run.finished, /train again to go on from there/);
    assert.ok(existsSync(workspace.resumePath));
    const resumed = until('resumed');
    const again = start(60, resumed.onEvent);
    await resumed.promise;
    again.run.cancel();
    await again.run.finished;
  });

  it('refuses a second training of the same model and names who trains it', async () => {
    const begun = until('engine');
    const { run } = start(60, begun.onEvent);
    await begun.promise;
    await assert.rejects(start(1).run.finished, { message: /is in use by process \d+ on .* since / });
    run.cancel();
    await run.finished;
  });

  it('refuses options that are out of range', async () => {
    const dropout = { message: /^The dropout must be a number from 0 to 0\.9\.$/ };
    const job = workspace.job({ dropout: 1.5 });
    await assert.rejects(startTraining({ processPath, job, onEvent: () => undefined }).finished, dropout);
    for (const [options, sentence] of [
      [{ numLayers: 9 }, /^The number of layers must be a whole number from 1 to 3\.$/],
      [{ learningRate: NaN }, /^The learning rate must be a number/],
      [{ seconds: -1 }, /^The time budget in seconds must be/],
    ] as const) {
      const request = { kind: 'train', job: workspace.job(options) };
      assert.throws(() => parseTrainerRequest(request), { message: sentence });
    }
  });

  it('says so when it cannot be started', async () => {
    const run = startTraining({
      processPath: '/gone/trainer.js',
      job: workspace.job(),
      onEvent: () => undefined,
    });
    await assert.rejects(run.finished, { message: /ended unexpectedly, with status 1/ });
  });

  it('plans what is not in Unicode as it reads in the encoding that is set', async () => {
    const text = `int total = 0; // 总数\n${'int rows = count(table) + 1;\n'.repeat(20)}`;
    workspace.write({ 'old.c': encode(text, 'gbk') });
    const { options, folders, excludeGlobs, maxTotalBytes, tokenizerPath } = workspace.job();
    const models = { initialModelPath: null, modelPath: null, resumePath: null };
    const job = {
      options,
      folders,
      excludeGlobs,
      oldEncodings: ['gbk'],
      maxTotalBytes,
      tokenizerPath,
      ...models,
    };
    const plan = await planTraining({ processPath, job });
    assert.equal(plan.files.find(({ path }) => path === 'old.c')?.bytes, Buffer.byteLength(text));
  });

  it('plans what it would read without training', async () => {
    workspace.write({ '.env': 'KEY=1\n', 'table.csv': 'a,b\n'.repeat(100), 'small.csv': 'a,b\n' });
    const { options, folders, excludeGlobs, maxTotalBytes, tokenizerPath } = workspace.job({ seconds: 30 });
    const models = { initialModelPath: null, modelPath: workspace.modelPath, resumePath: null };
    const job = { options, folders, excludeGlobs, maxTotalBytes, tokenizerPath, ...models };
    const plan = await planTraining({ processPath, job });
    assert.equal(plan.files.length, 10);
    const bytes = readFileSync(join(workspace.folder, 'verse0.txt')).length;
    assert.equal(plan.files.find(({ path }) => path === 'verse0.txt')?.bytes, bytes);
    assert.equal(
      plan.trainBytes + plan.heldOutBytes,
      plan.files.reduce((sum, file) => sum + file.bytes, 0),
    );
    assert.deepEqual(plan.leftOut, { secret: 1, data: 2 });
    assert.deepEqual(
      plan.largestLeftOut.map(({ path }) => path),
      ['table.csv', '.env', 'small.csv'],
    );
    assert.ok(plan.estimate.trainTokens > plan.trainBytes / 8);
    assert.equal(plan.estimate.seconds, 30);
    assert.equal(plan.continues, null);
    const stop = new AbortController();
    const stopped = planTraining({ processPath, job }, stop.signal);
    stop.abort();
    await assert.rejects(stopped, { name: 'AbortError' });
  });
});
