import assert from 'node:assert/strict';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeCheckpoint, encodeCheckpoint } from '../../../../src/model/checkpoint/checkpoint';
import { Tokenizer } from '../../../../src/model/tokenizer/tokenizer';
import { readCorpus } from '../../../../src/trainer/corpus/readCorpus';
import { learnedDigests } from '../../../../src/trainer/training/continuation';
import { planTraining } from '../../../../src/trainer/training/planTraining';
import { planReading } from '../../../../src/trainer/training/readingPlan';
import { eventsOf, runCollecting, SmallWorkspace } from './smallJob';

const splitOf = { train: ['verse0.txt', 'verse1.txt', 'verse2.txt'], heldOut: ['verse3.txt'] };

describe('Training again', () => {
  let workspace: SmallWorkspace;
  beforeEach(() => {
    workspace = new SmallWorkspace().writeVerses();
  });
  afterEach(() => {
    workspace.remove();
  });

  const corpusOf = (split: typeof splitOf | null) => {
    const job = workspace.job();
    const tokenizer = Tokenizer.fromJson(JSON.parse(readFileSync(job.tokenizerPath, 'utf8')));
    return readCorpus({ ...job, split }, tokenizer, job.options.seed);
  };

  /** Makes a model that counts as having read all text but one file, however few steps this machine has time for. */
  const trainOnAll = async ({ but, base }: { but?: string; base?: string } = {}): Promise<void> => {
    const all = Array.from({ length: 10 }, (_, i) => `verse${i}.txt`);
    const split = but === undefined ? null : { train: all.filter((path) => path !== but), heldOut: [but] };
    await runCollecting(workspace.job());
    const checkpoint = decodeCheckpoint(readFileSync(workspace.modelPath), 'model');
    const { train } = await corpusOf(split);
    const read = train.map(({ length }, document) => ({ document, from: 1, to: length }));
    const learned = learnedDigests(train, read, '');
    const training = { ...checkpoint.training, learned, ...(base === undefined ? {} : { base }) };
    writeFileSync(workspace.modelPath, encodeCheckpoint({ ...checkpoint, training }));
  };
  const goOn = () => workspace.job({}, { initialModelPath: workspace.modelPath });

  it('says from which model it goes on and how many files have changed, before it starts and when it does', async () => {
    await trainOnAll();
    const { trainedAt } = decodeCheckpoint(readFileSync(workspace.modelPath), 'model').training;
    // One of the ten files is held out, so one or both of these are trained on.
    workspace.write({ 'verse1.txt': 'a new verse\n'.repeat(9), 'verse2.txt': 'another verse\n'.repeat(9) });
    const plan = await planTraining(goOn(), new AbortController().signal, () => undefined);
    const { changedFiles, files } = plan.continues!;
    assert.ok(changedFiles === 1 || changedFiles === 2);
    assert.equal(files, plan.files.filter(({ heldOutShare }) => heldOutShare < 1).length);
    assert.ok(plan.estimate.seconds < goOn().options.seconds, 'less text takes less time');
    const { events } = await runCollecting(goOn());
    assert.deepEqual(eventsOf(events, 'continues'), [{ kind: 'continues', trainedAt, changedFiles, files }]);
  });

  it('measures on a file that the model has not been trained on, whatever its name', async () => {
    for (const kept of ['verse5.txt', 'verse8.txt']) {
      await trainOnAll({ but: kept });
      const plan = await planTraining(goOn(), new AbortController().signal, () => undefined);
      assert.deepEqual(
        plan.files.filter(({ heldOutShare }) => heldOutShare > 0).map(({ path }) => path),
        [kept],
      );
      const afresh = await planTraining(workspace.job(), new AbortController().signal, () => undefined);
      assert.deepEqual(afresh.files, plan.files, 'nor afresh, as the model that is there is compared on it');
      const { events } = await runCollecting(goOn());
      assert.deepEqual(eventsOf(events, 'continues')[0].changedFiles, 0, 'it is not trained on now either');
    }
  });

  it('goes on with everything when nothing has changed', async () => {
    await trainOnAll();
    const plan = await planTraining(goOn(), new AbortController().signal, () => undefined);
    assert.equal(plan.continues?.changedFiles, 0);
    const afresh = await planTraining(workspace.job(), new AbortController().signal, () => undefined);
    assert.equal(plan.estimate.trainTokens, afresh.estimate.trainTokens);
    assert.equal(plan.estimate.epochs.toFixed(6), '4.000000', 'a small text is read four times');
  });

  it('keeps in the model what it has read', async () => {
    await runCollecting(workspace.job());
    const { learned } = decodeCheckpoint(readFileSync(workspace.modelPath), 'model').training;
    assert.ok(learned!.length > 0 && learned!.length % 8 === 0);
  });

  it('starts from the present base model when the last one came from another', async () => {
    const baseModelPath = join(workspace.storage, 'base.safetensors');
    await runCollecting(workspace.job({}, { modelPath: baseModelPath }));
    await trainOnAll({ base: 'an earlier base' });
    const { events } = await runCollecting(
      workspace.job({}, { initialModelPath: workspace.modelPath, baseModelPath }),
    );
    assert.match(
      eventsOf(events, 'warning')[0].message,
      /descends from an earlier base model, so training starts/,
    );
    assert.deepEqual(eventsOf(events, 'continues'), []);
  });

  it('afresh, from the base model, goes on from nothing', async () => {
    await trainOnAll();
    const plan = await planTraining(workspace.job(), new AbortController().signal, () => undefined);
    assert.equal(plan.continues, null);
  });
});

describe('The first training', () => {
  it('reads a file edited today more often than one of last year', async () => {
    const workspace = new SmallWorkspace().writeVerses();
    try {
      const day = 24 * 3600;
      const now = Date.now() / 1000;
      for (const [i, name] of splitOf.train.entries()) {
        utimesSync(join(workspace.folder, name), now, now - i * 365 * day);
      }
      const job = workspace.job();
      const tokenizer = Tokenizer.fromJson(JSON.parse(readFileSync(job.tokenizerPath, 'utf8')));
      const corpus = await readCorpus({ ...job, split: splitOf }, tokenizer, 1);
      const { weightOf, seconds } = planReading({ initial: null }, corpus, 600);
      const weights = splitOf.train.map((_, i) => weightOf!(i, 1, 10));
      assert.equal(seconds, 600);
      assert.ok(weights[0] > 1.9 * weights[1] && weights[1] > weights[2], weights.join(', '));
    } finally {
      workspace.remove();
    }
  });
});
