import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineName } from '../../../../src/protocol/trainerProtocol';
import type { TrainingEngine } from '../../../../src/trainer/engine';
import { chooseEngine, type EngineWish } from '../../../../src/trainer/engines/chooseEngine';
import type { EngineOptions } from '../../../../src/trainer/engines/loadEngine';

const work = {
  config: { architecture: 'lstm', vocabSize: 11, embeddingSize: 5, hiddenSize: 6, numLayers: 1 },
  batchSize: 4,
  unrollSteps: 8,
  threads: 1,
  // The process that runs all tests holds more memory than a trainer does.
  maxMemoryMegabytes: 16_384,
} as const;
const wish = (change: Partial<EngineWish> = {}): EngineWish => ({
  engine: 'auto',
  failed: [],
  work,
  memory: { warn: (message) => assert.fail(message) },
  ...change,
});

/** An engine trains at the given speed, or cannot be used for the given reason. */
type Machine = Partial<Record<EngineName, number | string>>;

/** The engines of an imagined machine, and what was asked of them. */
function machine(here: Machine, loads: Machine = here) {
  const timed: EngineName[] = [];
  const loaded: { name: EngineName; options: EngineOptions }[] = [];
  return {
    timed,
    loaded,
    time: (name: EngineName) => {
      timed.push(name);
      const found = here[name];
      return typeof found === 'number' ? Promise.resolve(found) : Promise.reject(new Error(found));
    },
    load: (name: EngineName, options: EngineOptions) => {
      loaded.push({ name, options });
      const found = loads[name];
      const engine: TrainingEngine = {
        name,
        description: `the ${name} engine`,
        createNetwork: () => assert.fail('no network is made to choose'),
      };
      return typeof found === 'number' ? Promise.resolve(engine) : Promise.reject(new Error(found));
    },
  };
}

describe('Choosing the engine', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-choice-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes the one that trains fastest here, and says how fast each was and what is left out', async () => {
    const parts = machine({ webgpu: 'No GPU was found.', native: 2900.4, wasm: 850 });
    const { engine, reason } = await chooseEngine(wish(), {}, parts);
    assert.equal(engine.name, 'native');
    assert.equal(
      reason,
      'Tokens a second in a short trial: native 2900, wasm 850. Without webgpu: No GPU was found.',
    );
  });

  it('does not take a GPU that is slower than the processor', async () => {
    const parts = machine({ webgpu: 700, native: 'It is not installed.', wasm: 900 });
    assert.equal((await chooseEngine(wish(), {}, parts)).engine.name, 'wasm');
  });

  it('takes a GPU that is the fastest, and asks for a real one', async () => {
    const parts = machine({ webgpu: 9000, native: 2900, wasm: 900 });
    assert.equal((await chooseEngine(wish(), {}, parts)).engine.name, 'webgpu');
    assert.deepEqual(
      parts.loaded.map(({ options }) => options.requireGpu),
      [true],
    );
  });

  it('does not time WebAssembly where nothing else trains', async () => {
    const parts = machine({ webgpu: 'No GPU was found.', native: 'It is not installed.', wasm: 900 });
    const { engine, reason } = await chooseEngine(wish(), {}, parts);
    assert.equal(engine.name, 'wasm');
    assert.deepEqual(parts.timed, ['webgpu', 'native']);
    assert.equal(reason, 'Without webgpu: No GPU was found. Without native: It is not installed.');
  });

  it('goes to the next where the fastest does not load after all', async () => {
    const here = { webgpu: 9000, native: 2900, wasm: 900 };
    const parts = machine(here, { ...here, webgpu: 'The driver is gone.' });
    const { engine, reason } = await chooseEngine(wish(), {}, parts);
    assert.equal(engine.name, 'native');
    assert.match(reason, /Without webgpu: The driver is gone\.$/);
  });

  it('trains on WebAssembly where nothing else loads, even if it was too slow in its trial', async () => {
    const here = { webgpu: 'No GPU was found.', native: 2900, wasm: 'A short trial took too long.' };
    const parts = machine(here, { native: 'It does not fit into memory.', wasm: 100 });
    const { engine } = await chooseEngine(wish(), {}, parts);
    assert.equal(engine.name, 'wasm');
    assert.deepEqual(
      parts.loaded.map(({ name }) => name),
      ['native', 'wasm'],
    );
  });

  it('loads what the setting asks for, untimed, and fails where that does not load', async () => {
    const parts = machine({ webgpu: 100, native: 'It is not installed.', wasm: 900 });
    const { engine, reason } = await chooseEngine(wish({ engine: 'webgpu' }), {}, parts);
    assert.deepEqual([engine.name, reason], ['webgpu', 'The engine "webgpu" was asked for.']);
    assert.equal(
      parts.loaded[0].options.requireGpu,
      undefined,
      'an imitation is what it may be, when asked for',
    );
    await assert.rejects(chooseEngine(wish({ engine: 'native' }), {}, parts), {
      message: 'It is not installed.',
    });
    assert.deepEqual(parts.timed, []);
  });

  it('goes on after a failure with the next that loads, whatever was asked for', async () => {
    const parts = machine({ webgpu: 9000, native: 'It is not installed.', wasm: 900 });
    const { engine, reason } = await chooseEngine(wish({ engine: 'webgpu', failed: ['webgpu'] }), {}, parts);
    assert.equal(engine.name, 'wasm');
    assert.equal(
      reason,
      'The webgpu engine failed, and this is the next. Without native: It is not installed.',
    );
  });

  it('tells which others train here, and goes on with them after the one that works everywhere', async () => {
    const parts = machine({ webgpu: 700, native: 'It is not installed.', wasm: 900 });
    const chosen = await chooseEngine(wish(), {}, parts);
    assert.deepEqual([chosen.engine.name, chosen.others], ['wasm', ['webgpu']]);
    const next = await chooseEngine(wish({ failed: ['wasm'] }), {}, parts);
    assert.equal(next.engine.name, 'webgpu');
    const all = machine({ webgpu: 700, native: 800, wasm: 900 });
    const last = await chooseEngine(wish({ failed: ['wasm', 'native'] }), {}, all);
    assert.equal(last.engine.name, 'webgpu');
    assert.ok(all.loaded.every(({ options }) => options.requireGpu));
  });

  it('tells of each engine before it is loaded', async () => {
    const here = { webgpu: 9000, native: 2900, wasm: 900 };
    const told: string[] = [];
    const parts = machine(here, { ...here, webgpu: 'The driver is gone.' });
    await chooseEngine(
      wish({ onLoading: (name) => told.push(`${name} after ${parts.loaded.length}`) }),
      {},
      parts,
    );
    assert.deepEqual(told, ['webgpu after 0', 'native after 1']);
  });

  it('leaves out an engine that does not fit into the memory allowed, and says so', async () => {
    const parts = machine({ webgpu: 'No GPU was found.', native: 2900, wasm: 900 });
    const warnings: string[] = [];
    const memory = { warn: (message: string) => warnings.push(message), resident: () => 90e6 };
    const little = { ...work, maxMemoryMegabytes: 400 };
    const { engine, reason } = await chooseEngine(wish({ memory, work: little }), {}, parts);
    assert.equal(engine.name, 'wasm');
    assert.match(reason, /Without native: Training by the native engine needs about \d+ MB of memory/);
    assert.deepEqual(warnings, []);
  });

  it('times the engines again once the one chosen by timing has failed', async () => {
    const cachePath = join(folder, 'engines.json');
    const options = { timing: { processPath: 'trainer.js', version: '1', cachePath } };
    const parts = machine({ webgpu: 'No GPU was found.', native: 2900, wasm: 850 });
    await chooseEngine(wish(), options, parts);
    await chooseEngine(wish(), options, parts);
    assert.equal(parts.timed.length, 3, 'timed once');
    await chooseEngine(wish({ failed: ['native'] }), options, parts);
    await chooseEngine(wish(), options, parts);
    assert.equal(parts.timed.length, 6, 'timed again');
  });

  it('keeps timings per machine, version and network, and takes them again when they are damaged', async () => {
    const cachePath = join(folder, 'engines.json');
    const options = { timing: { processPath: '', cachePath, version: '1.0.0' } };
    const parts = machine({ webgpu: 'No GPU was found.', native: 2900, wasm: 850 });
    const first = await chooseEngine(wish(), options, parts);
    assert.deepEqual(parts.timed, ['webgpu', 'native', 'wasm']);
    const timesTaken = async (given: EngineWish, from: EngineOptions) => {
      const before = parts.timed.length;
      const { reason } = await chooseEngine(given, from, parts);
      assert.equal(reason, first.reason);
      return parts.timed.length - before;
    };
    assert.equal(await timesTaken(wish(), options), 0);
    assert.equal(await timesTaken(wish(), { timing: { ...options.timing, version: '1.0.1' } }), 3);
    const larger = wish({ work: { ...work, batchSize: 8 } });
    assert.equal(await timesTaken(larger, options), 3);
    assert.equal(await timesTaken(larger, options), 0);
    const kept = JSON.parse(await readFile(cachePath, 'utf8')) as { takenAt: number };
    await writeFile(cachePath, JSON.stringify({ ...kept, takenAt: kept.takenAt - 8 * 24 * 3600 * 1000 }));
    assert.equal(await timesTaken(larger, options), 3, 'drivers change');
    await writeFile(cachePath, '{ "key": ');
    assert.equal(await timesTaken(larger, options), 3);
  });

  it('chooses all the same where the timings cannot be kept', async () => {
    const timing = { processPath: '', cachePath: join(folder, 'a-file', 'engines.json'), version: '1' };
    await writeFile(join(folder, 'a-file'), '');
    const parts = machine({ webgpu: 9000, native: 2900, wasm: 850 });
    assert.equal((await chooseEngine(wish(), { timing }, parts)).engine.name, 'webgpu');
  });
});
