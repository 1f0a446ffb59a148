import assert from 'node:assert/strict';
import { renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeCheckpoint } from '../../../../src/model/checkpoint/checkpoint';
import type { TrainerEvent } from '../../../../src/protocol/trainerEvents';
import type { TrainJob } from '../../../../src/protocol/trainerProtocol';
import { readCorpus } from '../../../../src/trainer/corpus/readCorpus';
import { readBeginning } from '../../../../src/trainer/training/beginning';
import { learnedDigests } from '../../../../src/trainer/training/continuation';
import { planTraining } from '../../../../src/trainer/training/planTraining';
import { CancelledError } from '../../../../src/trainer/training/trainingControl';
import { planReading } from '../../../../src/trainer/training/readingPlan';
import { randomWeights } from '../../model/network/randomWeights';
import { eventsOf, runCollecting, SmallWorkspace } from './smallJob';

describe('Training again', () => {
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });

  /** Makes a model that counts as having read all text but one file. */
  const writeModel = async ({ but, base }: { but?: string; base?: string } = {}): Promise<void> => {
    const job = workspace.job();
    const { config, tokenizer } = await readBeginning(job, (warning) => assert.fail(warning));
    const all = Array.from({ length: 10 }, (_, i) => `verse${i}.txt`);
    const split = but === undefined ? null : { train: all.filter((path) => path !== but), heldOut: [but] };
    const { train } = await readCorpus({ ...job, split }, tokenizer, job.options.seed);
    const read = train.map(({ length }, document) => ({ document, from: 1, to: length }));
    const training = {
      trainedAt: '2026-01-01T12:00:00.000Z',
      learned: learnedDigests(train, read, ''),
      ...(base !== undefined && { base }),
    };
    const weights = randomWeights(config, 3);
    const model = { config, weights, tokenizer: tokenizer.toJson(), training, gate: null };
    writeFileSync(workspace.modelPath, encodeCheckpoint(model));
  };
  const planOf = (job: TrainJob) => planTraining(job, new AbortController().signal, () => undefined);
  /** What a training tells before it loads an engine. */
  const beginningOf = async (job: TrainJob): Promise<TrainerEvent[]> =>
    (await runCollecting(job, { chooseEngine: () => Promise.reject(new CancelledError()) })).events;
  const goOn = () => workspace.job({}, { initialModelPath: workspace.modelPath });

  it('says from which model it goes on and how many files have changed, before it starts and when it does', async () => {
    await writeModel();
    // One of the ten files is held out, so one or both of these are trained on.
    workspace.write({ 'verse1.txt': 'a new verse\n'.repeat(9), 'verse2.txt': 'another verse\n'.repeat(9) });
    const plan = await planOf(goOn());
    const { changedFiles, files } = plan.continues!;
    assert.ok(changedFiles === 1 || changedFiles === 2);
    assert.equal(files, plan.files.filter(({ heldOutShare }) => heldOutShare < 1).length);
    const afresh = await planOf(workspace.job());
    assert.ok(plan.estimate.seconds < afresh.estimate.seconds / 2, 'less text takes less time');
    assert.deepEqual(eventsOf(await beginningOf(goOn()), 'continues'), [
      { kind: 'continues', trainedAt: '2026-01-01T12:00:00.000Z', changedFiles, files },
    ]);
  });

  it('measures on a file that the model has not been trained on, whatever its name', async () => {
    for (const kept of ['verse5.txt', 'verse8.txt']) {
      await writeModel({ but: kept });
      const plan = await planOf(goOn());
      assert.deepEqual(
        plan.files.filter(({ heldOutShare }) => heldOutShare > 0).map(({ path }) => path),
        [kept],
      );
      const afresh = await planOf(workspace.job());
      assert.deepEqual(afresh.files, plan.files, 'nor afresh, as the model that is there is compared on it');
      const [{ changedFiles }] = eventsOf(await beginningOf(goOn()), 'continues');
      assert.equal(changedFiles, 0, 'it is not trained on now either');
    }
  });

  it('goes on with everything when nothing has changed', async () => {
    await writeModel();
    const plan = await planOf(goOn());
    assert.equal(plan.continues?.changedFiles, 0);
    const afresh = await planOf(workspace.job());
    assert.equal(plan.estimate.trainTokens, afresh.estimate.trainTokens);
    assert.equal(plan.estimate.epochs.toFixed(6), '4.000000', 'a small text is read four times');
  });

  it('starts from the present base model when the last one came from another', async () => {
    const baseModelPath = join(workspace.storage, 'base.safetensors');
    await writeModel();
    renameSync(workspace.modelPath, baseModelPath);
    await writeModel({ base: 'an earlier base' });
    const events = await beginningOf(
      workspace.job({}, { initialModelPath: workspace.modelPath, baseModelPath }),
    );
    assert.match(
      eventsOf(events, 'warning')[0].message,
      /descends from an earlier base model, so training starts/,
    );
    assert.deepEqual(eventsOf(events, 'continues'), []);
  });

  it('afresh, from the base model, goes on from nothing', async () => {
    await writeModel();
    const plan = await planOf(workspace.job());
    assert.equal(plan.continues, null);
  });
});

describe('The first training', () => {
  it('reads a file edited today more often than one of last year', async () => {
    const workspace = new SmallWorkspace().writeVerses();
    try {
      const train = ['verse0.txt', 'verse1.txt', 'verse2.txt'];
      const year = 365 * 24 * 3600;
      const now = Date.now() / 1000;
      for (const [i, name] of train.entries()) {
        utimesSync(join(workspace.folder, name), now, now - i * year);
      }
      const job = workspace.job({}, { split: { train, heldOut: ['verse3.txt'] } });
      const { tokenizer } = await readBeginning(job, (warning) => assert.fail(warning));
      const corpus = await readCorpus(job, tokenizer, 1);
      const { weightOf, seconds } = planReading({ initial: null }, corpus, 600);
      const weights = train.map((_, i) => weightOf!(i, 1, 10));
      assert.equal(seconds, 600);
      assert.ok(weights[0] > 1.9 * weights[1] && weights[1] > weights[2], weights.join(', '));
    } finally {
      workspace.remove();
    }
  });
});
