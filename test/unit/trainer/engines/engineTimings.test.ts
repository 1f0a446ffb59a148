import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  keptTimings,
  timeEngines,
  timeInOwnProcess,
  timingKey,
} from '../../../../src/trainer/engines/engineTimings';
import type { TrainingEngine } from '../../../../src/trainer/engine';
import { timeEngine } from '../../../../src/trainer/engines/timeEngine';
import { clippingScale } from '../../../../src/trainer/network/clippingScale';
import { startTraining } from '../../../../src/trainer/trainerClient';
import type { TrainerEvent } from '../../../../src/protocol/trainerEvents';
import { eventsOf, SmallWorkspace } from '../training/smallJob';

const processPath = join(__dirname, '..', '..', '..', '..', 'src', 'trainer', 'trainerProcess.ts');
const dyingProcess = join(__dirname, '..', '..', '..', 'support', 'dyingTrainer.ts');
const work = {
  config: { architecture: 'gru', vocabSize: 300, embeddingSize: 8, hiddenSize: 16, numLayers: 1 },
  batchSize: 4,
  unrollSteps: 8,
  threads: 1,
  maxMemoryMegabytes: 1536,
} as const;

const LONGEST = 600_000;

describe('Timing the engines', function () {
  // Only a hanging process takes this long.
  this.timeout(LONGEST);

  it('times a real engine in a process of its own', async () => {
    const timings = await timeEngines(['wasm', 'wasm'], work, timeInOwnProcess(processPath, [], LONGEST));
    const wasm = timings.get('wasm');
    assert.ok(wasm?.kind === 'trains' && wasm.tokensPerSecond > 0 && wasm.tokensPerSecond < 1e8);
  });

  it('says of an engine that takes its process with it that it cannot be used', async () => {
    const timings = await timeEngines(['webgpu', 'wasm'], work, timeInOwnProcess(dyingProcess, []));
    const webgpu = timings.get('webgpu');
    assert.ok(webgpu?.kind === 'fails');
    // Of a process that ended itself Windows tells a status.
    assert.match(webgpu.problem, /^The trainer's process ended unexpectedly, (by SIGKILL|with status 1)\./);
    assert.ok(!timings.has('wasm'), 'there is nothing left to choose from');
  });

  it('does not keep that an engine failed whose process was ended from outside, as by Ctrl+C', async function () {
    if (process.platform === 'win32') {
      this.skip();
    }
    const folder = await mkdtemp(join(tmpdir(), 'understudy-timings-'));
    const cachePath = join(folder, 'engines.json');
    try {
      for (const [end, isKept] of [
        ["process.kill(process.pid, 'SIGINT')", false],
        ["process.kill(process.pid, 'SIGTERM')", false],
        ['process.exit(143)', false],
        ["process.kill(process.pid, 'SIGABRT')", true],
        ['process.exit(1)', true],
      ] as const) {
        await rm(cachePath, { force: true });
        const path = join(folder, 'trainer.cjs');
        await writeFile(path, `process.on('message', () => ${end});`);
        const time = timeInOwnProcess(path, []);
        const timings = await keptTimings(cachePath, 'key', () =>
          timeEngines(['native', 'wasm'], work, time),
        );
        assert.equal(timings.get('native')?.kind, 'fails', end);
        assert.equal(existsSync(cachePath), isKept, end);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('takes no speed of an engine that computes wrong numbers', async () => {
    const guess = Math.log(work.config.vocabSize);
    for (const losses of [
      [0, 0],
      [guess, guess],
      [guess, guess + 0.01],
      [guess + 1, guess],
    ]) {
      const left = [...losses];
      let time = 0;
      const network = {
        trainStep: () => {
          time += 400;
          return Promise.resolve({ loss: left.shift() });
        },
        dispose: () => undefined,
      };
      const engine = { createNetwork: () => network } as unknown as TrainingEngine;
      await assert.rejects(
        timeEngine(engine, work, () => time),
        /^Error: It computes wrong numbers here: losses of /,
      );
    }
  });

  it('says of an engine that computes no numbers just that, and not how to train', async () => {
    const network = {
      trainStep: async () => ({ loss: NaN, gradientNorm: await Promise.resolve(clippingScale(NaN, NaN, 1)) }),
      dispose: () => undefined,
    };
    const engine = { createNetwork: () => network } as unknown as TrainingEngine;
    await assert.rejects(timeEngine(engine, work), {
      message: 'The loss or its gradient is not a finite number.',
    });
  });

  it('does not take what it found in Electron for what Node.js does, which alone runs WebGPU', () => {
    const inNode = timingKey('1', work, []);
    Object.defineProperty(process.versions, 'electron', { value: '39.2.0', configurable: true });
    try {
      assert.notEqual(timingKey('1', work, []), inNode);
    } finally {
      delete (process.versions as Record<string, string>)['electron'];
    }
  });

  it('keeps what it found for a week, and for a day where an engine failed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-timings-'));
    const path = join(folder, 'engines.json');
    const day = 24 * 3600 * 1000;
    try {
      const wasTaken = async (at: number, key: string, native: 'trains' | 'fails') => {
        let taken = false;
        await keptTimings(
          path,
          key,
          () => {
            taken = true;
            const timing =
              native === 'trains'
                ? ({ kind: 'trains', tokensPerSecond: 900 } as const)
                : ({ kind: 'fails', problem: 'A short trial took more than 20 seconds.' } as const);
            return Promise.resolve(new Map([['native', timing] as const]));
          },
          () => at,
        );
        return taken;
      };
      assert.equal(await wasTaken(0, 'a', 'trains'), true);
      assert.equal(await wasTaken(6 * day, 'a', 'trains'), false);
      assert.equal(await wasTaken(8 * day, 'a', 'fails'), true);
      assert.equal(await wasTaken(8.9 * day, 'a', 'fails'), false);
      assert.equal(await wasTaken(9.1 * day, 'a', 'trains'), true);
      assert.equal(await wasTaken(9.2 * day, 'b', 'trains'), true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('chooses before the first training, tells why, and keeps what it found', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-timings-'));
    const engineTimingsPath = join(folder, 'engines.json');
    const workspace = new SmallWorkspace().writeVerses();
    try {
      const reasons: string[] = [];
      for (let training = 0; training < 2; training++) {
        const events: TrainerEvent[] = [];
        const job = workspace.job({ engine: 'auto', seconds: 1 }, { engineTimingsPath });
        await startTraining({ processPath, job, onEvent: (event) => events.push(event) }).finished;
        const [{ name, reason }] = eventsOf(events, 'engine');
        const kept = JSON.parse(await readFile(engineTimingsPath, 'utf8')) as {
          timings: [string, { kind: string; tokensPerSecond?: number }][];
        };
        // This depends on the machine: the fastest engine that trains, or WebAssembly if nothing else does.
        const trains = kept.timings.filter(([, { kind }]) => kind === 'trains');
        const [fastest] = trains.toSorted(([, a], [, b]) => b.tokensPerSecond! - a.tokensPerSecond!);
        assert.equal(name, fastest?.[0] ?? 'wasm');
        reasons.push(reason);
      }
      assert.match(reasons[0], /^(Without webgpu: .+|Tokens a second in a short trial: .+)\.$/);
      assert.equal(reasons[1], reasons[0]);
    } finally {
      workspace.remove();
      await rm(folder, { recursive: true });
    }
  });
});
