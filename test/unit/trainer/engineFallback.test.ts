import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainerEvent } from '../../../src/protocol/trainerEvents';
import { startTraining } from '../../../src/trainer/trainerClient';
import { lockModel } from '../../../src/trainer/training/trainingLock';
import { eventsOf, SmallWorkspace } from './training/smallJob';

const processPath = join(__dirname, '..', '..', 'support', 'faultyTrainer.ts');

describe('An engine that dies while it trains', function () {
  // Only a hanging process takes this long.
  this.timeout(600_000);
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
    delete process.env['UNDERSTUDY_TEST_FAULT'];
  });

  const start = (
    fault: 'kill' | 'terminate' | 'throw' | 'always' | 'load' | 'paused' | 'wasm' | 'killWasm',
    hear: (event: TrainerEvent) => void = () => undefined,
  ) => {
    process.env['UNDERSTUDY_TEST_FAULT'] = fault;
    const events: TrainerEvent[] = [];
    const run = startTraining({
      processPath,
      // By a clock that advances each time it is read: long enough for some checkpoints.
      job: workspace.job({ seconds: 60 }),
      onEvent: (event) => {
        events.push(event);
        hear(event);
      },
    });
    return { run, events };
  };

  const faults = [
    ['kill', 'The process of the native engine ended unexpectedly, by SIGKILL.'],
    ['throw', 'The native engine failed: out of memory.'],
  ] as const;
  for (const [fault, sentence] of faults) {
    it(`(${fault}) is followed by the next one from the last checkpoint, and a line says so`, async function () {
      if (process.platform === 'win32' && fault === 'kill') {
        this.skip();
      }
      const { run, events } = start(fault);
      const done = await run.finished;
      assert.equal(done.outcome, 'improved');
      assert.deepEqual(
        eventsOf(events, 'engine').map(({ name }) => name),
        ['native', 'wasm'],
      );
      assert.equal(eventsOf(events, 'engine')[1].reason, 'The native engine failed, and this is the next.');
      assert.deepEqual(
        eventsOf(events, 'warning').map(({ message }) => message),
        [`${sentence} Training goes on with the next engine, from the last checkpoint.`],
      );
      const [resumed] = eventsOf(events, 'resumed');
      assert.ok(resumed.step > 0);
      const later = events.slice(events.indexOf(resumed));
      assert.ok(eventsOf(later, 'step')[0].step > resumed.step);
      assert.equal(eventsOf(events, 'failed').length, 0);
      assert.deepEqual(events.at(-1), done);
      assert.ok(existsSync(workspace.modelPath) && !existsSync(workspace.resumePath));
    });
  }

  it('is followed by another one that was found to train, even if it is the one that works everywhere', async () => {
    const { run, events } = start('wasm');
    assert.equal((await run.finished).outcome, 'improved');
    assert.deepEqual(
      eventsOf(events, 'engine').map(({ name }) => name),
      ['wasm', 'native'],
    );
    assert.deepEqual(
      eventsOf(events, 'warning').map(({ message }) => message),
      [
        'The wasm engine failed: out of memory. Training goes on with the next engine, from the last checkpoint.',
      ],
    );
    assert.equal(eventsOf(events, 'resumed').length, 1);
  });

  for (const [fault, what, signal] of [
    ['killWasm', 'a fault of WebAssembly when somebody ends its process', 'SIGKILL'],
    ['terminate', 'its fault when somebody asks its process to end', 'SIGTERM'],
  ] as const) {
    it(`is not counted as ${what}`, async function () {
      if (process.platform === 'win32') {
        this.skip();
      }
      const { run, events } = start(fault);
      await assert.rejects(run.finished, {
        message: new RegExp(`ended unexpectedly, by ${signal}\\. .*train again to go on from there`),
      });
      assert.equal(eventsOf(events, 'engine').length, 1);
      assert.ok(existsSync(workspace.resumePath));
    });
  }

  it('is followed by the next one when it takes the process with it while it loads', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const { run, events } = start('load');
    assert.equal((await run.finished).outcome, 'improved');
    assert.deepEqual(
      eventsOf(events, 'engine').map(({ name }) => name),
      ['wasm'],
    );
    assert.deepEqual(
      eventsOf(events, 'warning').map(({ message }) => message),
      [`${faults[0][1]} Training goes on with the next engine, from the last checkpoint.`],
    );
  });

  it('is no longer paused when it dies in a pause, until the next one has started and pauses', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const told: string[] = [];
    const { run, events } = start('paused', ({ kind }) => {
      if (kind === 'step' && !told.includes('pause')) {
        told.push('pause');
        run.pause();
      } else if (kind === 'paused' || kind === 'warning' || kind === 'continued' || kind === 'engine') {
        told.push(kind);
        if (told.filter((each) => each === 'paused').length === 2) {
          run.resume();
        }
      }
    });
    assert.equal((await run.finished).outcome, 'improved');
    assert.deepEqual(
      told,
      ['engine', 'pause', 'paused', 'warning', 'continued', 'engine', 'paused', 'continued'],
      eventsOf(events, 'warning')[0].message,
    );
  });

  describe('as may each of them', () => {
    afterEach(() => {
      delete process.env['UNDERSTUDY_TEST_ENGINES'];
    });
    const fall = (engines: string, hear: (event: TrainerEvent) => void = () => undefined) => {
      process.env['UNDERSTUDY_TEST_ENGINES'] = engines;
      return startTraining({
        processPath: join(__dirname, '../../support/fallingTrainer.mjs'),
        job: workspace.job(),
        onEvent: hear,
      });
    };

    it('is followed by each that was found to train, once', async () => {
      const told: string[] = [];
      const run = fall('wasm native webgpu', (event) => {
        if (event.kind === 'warning' || event.kind === 'failed') {
          told.push(event.message.split('.')[0]);
        }
      });
      await assert.rejects(run.finished, { message: 'The webgpu engine failed.' });
      assert.deepEqual(told, [
        'The wasm engine failed',
        'The native engine failed',
        'The webgpu engine failed',
      ]);
    });

    it('is the one that is blamed, and not another that was only tried', async () => {
      const told: string[] = [];
      const run = fall('crashes wasm', (event) => {
        if (event.kind === 'warning') {
          told.push(event.message);
        }
      });
      await assert.rejects(run.finished, { message: 'The wasm engine failed.' });
      assert.deepEqual(told, [
        'The process of the native engine ended unexpectedly, with status 9. Training goes on with the next engine, from the last checkpoint.',
      ]);
    });

    it('is not blamed for a process that ends before it has begun with the next one', async () => {
      await assert.rejects(fall('native dies').finished, { message: /ended unexpectedly, with status 7\./ });
    });

    it('is followed by one that does not pause where the training was paused and went on before', async () => {
      const told: string[] = [];
      const run = fall('native waits', ({ kind }) => {
        told.push(kind);
        if (kind === 'loading') {
          run.resume();
        } else if (kind === 'continued') {
          run.end();
        }
      });
      run.pause();
      run.resume();
      await assert.rejects(run.finished, /ended unexpectedly/);
      assert.deepEqual(told.slice(told.indexOf('warning')), ['warning', 'loading', 'continued']);
    });

    it('is not followed by another one once the window is closed', async () => {
      const told: string[] = [];
      const run = fall('waits', ({ kind }) => {
        told.push(kind);
        run.end();
      });
      await assert.rejects(run.finished, { message: /ended unexpectedly/ });
      assert.deepEqual(told, ['loading']);
    });

    it('leaves nothing half written when it is cancelled, also right before the window is closed, and is where another one holds the model', async () => {
      const cancelled = async (andClosed: boolean) => {
        const told: string[] = [];
        const run = fall('waits', ({ kind }) => {
          told.push(kind);
          run.cancel();
          if (andClosed) {
            run.end();
          }
        });
        assert.equal((await run.finished).outcome, 'cancelled');
        assert.deepEqual(told, ['loading', 'done']);
      };
      await cancelled(true);
      assert.deepEqual(readdirSync(workspace.storage), []);
      const held = await lockModel(workspace.modelPath);
      await cancelled(false);
      await held.release();
    });
  });

  it('ends the training with its sentence when there is no other engine, and what was saved is kept', async () => {
    const { run, events } = start('always');
    const sentence = 'The wasm engine failed: out of memory.';
    await assert.rejects(run.finished, { message: sentence });
    assert.deepEqual(events.at(-1), { kind: 'failed', message: sentence, engine: 'wasm' });
    assert.equal(eventsOf(events, 'warning').length, 1);
    assert.ok(existsSync(workspace.resumePath));
  });

  it('is not followed by another one once the user has cancelled', async () => {
    const { run, events } = start('throw', (event) => {
      if (event.kind === 'warning') {
        run.cancel();
      }
    });
    assert.equal((await run.finished).outcome, 'cancelled');
    assert.equal(eventsOf(events, 'done').length, 1);
    assert.ok(!existsSync(workspace.resumePath));
  });
});
