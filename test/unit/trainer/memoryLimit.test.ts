import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { residentBytes } from '../../../bench/cost/peakMemory';
import { seededRandom } from '../../../src/model/generation/seededRandom';
import type { TrainerEvent } from '../../../src/protocol/trainerEvents';
import type { TrainingOptions } from '../../../src/protocol/trainerProtocol';
import { nativePaths } from '../../../src/trainer/native/pinnedFiles';
import { startTrainerChild } from '../../../src/trainer/trainerChild';
import { eventsOf, SmallWorkspace } from './training/smallJob';

const processPath = join(__dirname, '..', '..', 'support', 'measuredTrainer.ts');
const nativeFolder = join(__dirname, '..', '..', '..', '.cache', 'native');
const MEGABYTE = 1024 * 1024;

/** Small weights, so that a step is quick, and large batches, so that it takes memory. */
const large: Partial<TrainingOptions> = {
  embeddingSize: 16,
  hiddenSize: 32,
  batchSize: 128,
  unrollSteps: 64,
  threads: 2,
  // By a clock that advances a second each time it is read.
  seconds: 10,
};
const kinds: readonly (Partial<TrainingOptions> & { readonly limit: number })[] = [
  { engine: 'wasm', architecture: 'lstm', limit: 450 },
  { engine: 'wasm', architecture: 'transformer', limit: 450 },
  { engine: 'native', architecture: 'lstm', limit: 800 },
];

describe('A training in its own process', function () {
  this.timeout(600_000);
  let workspace: SmallWorkspace;
  before(function () {
    if (residentBytes('self', 'VmHWM') === null) {
      process.stderr.write('\n!!! This system does not tell how much memory a process has held; skipped.\n');
      this.skip();
    }
  });
  beforeEach(() => {
    workspace = new SmallWorkspace().write(wordyFiles());
  });
  afterEach(() => {
    workspace.remove();
    delete process.env['UNDERSTUDY_TEST_PEAK'];
    delete process.env['UNDERSTUDY_TEST_SWELL'];
  });

  const train = async (options: Partial<TrainingOptions>) => {
    const peakPath = join(workspace.storage, 'peak');
    process.env['UNDERSTUDY_TEST_PEAK'] = peakPath;
    const events: TrainerEvent[] = [];
    // Removed so that there is no model of an earlier training to compare with.
    rmSync(workspace.modelPath, { force: true });
    const job = workspace.job({ ...large, ...options }, { nativeFolders: [nativeFolder] });
    const child = startTrainerChild(
      processPath,
      { kind: 'train', job },
      (event) => event.kind === 'done',
      (event) => events.push(event),
    );
    const done = await child.last.finally(() => child.ended);
    return {
      done,
      warnings: eventsOf(events, 'warning').map(({ message }) => message),
      losses: eventsOf(events, 'step').map(({ trainLoss }) => trainLoss),
      peakMegabytes: Number(readFileSync(peakPath, 'utf8')) / MEGABYTE,
    };
  };

  for (const { limit, ...kind } of kinds) {
    it(`stays below the memory that it may take, and gives the same numbers (${kind.architecture}, ${kind.engine})`, async function () {
      if (kind.engine === 'native' && !existsSync(nativePaths(nativeFolder).compiledBinding)) {
        process.stderr.write('\n!!! The native engine is not installed; skipped. Run: npm run native\n');
        this.skip();
      }
      const free = await train(kind);
      assert.ok(free.peakMegabytes > limit, `alone it takes ${free.peakMegabytes} MB`);
      assert.deepEqual(free.warnings, []);

      const limited = await train({ ...kind, maxMemoryMegabytes: limit });
      assert.ok(limited.peakMegabytes < limit, `${limited.peakMegabytes} of ${limit} MB`);
      assert.equal(limited.warnings.length, 1, limited.warnings.join(' '));
      assert.match(
        limited.warnings[0],
        new RegExp(`^To stay below ${limit} MB of memory, training works on (\\d+|one) rows? of a batch`),
      );
      assert.equal(limited.done.outcome, 'improved');
      assert.ok(limited.losses.length >= 3);
      assert.equal(limited.losses.length, free.losses.length);
      limited.losses.forEach((loss, step) => {
        assert.ok(Math.abs(loss - free.losses[step]) < 0.01, `${loss}, ${free.losses[step]}`);
      });
    });
  }

  it('goes on with fewer rows when something else in it takes memory', async () => {
    // So large that a heap that then grows by a fifth does not halve the rows a second time.
    const limit = 2000;
    process.env['UNDERSTUDY_TEST_SWELL'] = String(0.93 * limit);
    const { done, warnings, losses, peakMegabytes } = await train({
      engine: 'wasm',
      maxMemoryMegabytes: limit,
    });
    assert.ok(peakMegabytes < limit, `${peakMegabytes} of ${limit} MB`);
    assert.equal(warnings.length, 1, warnings.join(' '));
    assert.match(
      warnings[0],
      /^Training takes 1[89]\d\d of 2000 MB of memory, and continues with 64 rows of a batch at a time\.$/,
    );
    assert.equal(done.outcome, 'improved');
    assert.equal(done.steps, losses.length);
    assert.ok(losses.length > 3, 'it went on after that');
  });

  it('is refused before its first step where even one row does not fit', async () => {
    await assert.rejects(
      train({ engine: 'wasm', embeddingSize: 256, hiddenSize: 512, maxMemoryMegabytes: 256 }),
      /^Error: Training by the wasm engine needs about \d+ MB of memory even with one row of a batch at a time, and may take 256 MB\. Allow it more \(.*\), or train a smaller network\.$/,
    );
    assert.ok(!existsSync(workspace.resumePath) && !existsSync(workspace.modelPath));
  });
});

/** Text that fills batches of many rows. */
function wordyFiles(): Record<string, string> {
  const random = seededRandom(1);
  const word = (): string =>
    ['sea', 'sky', 'salt', 'wind', 'gull', 'mast', 'rope', 'tide'][Math.floor(8 * random())];
  return Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `${i}.txt`,
      Array.from({ length: 400 }, () => `${Array.from({ length: 8 }, word).join(' ')}.\n`).join(''),
    ]),
  );
}
