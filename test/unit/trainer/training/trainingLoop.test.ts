import assert from 'node:assert/strict';
import type { TrainerEvent } from '../../../../src/protocol/trainerEvents';
import { DEFAULT_TRAINING } from '../../../../src/protocol/trainerProtocol';
import { BatchStream } from '../../../../src/trainer/data/batchStream';
import type { TrainableNetwork, TrainStepOptions } from '../../../../src/trainer/engine';
import type { ResumePoint } from '../../../../src/trainer/training/resumeFile';
import { ResumePoints } from '../../../../src/trainer/training/resumePoints';
import { TrainingControl } from '../../../../src/trainer/training/trainingControl';
import { TrainingLoop } from '../../../../src/trainer/training/trainingLoop';

interface Circumstances {
  readonly saveSeconds?: number;
  readonly secondsOf?: (step: number) => number;
  readonly measureSeconds?: (validation: number) => number;
  readonly resumeFrom?: ResumePoint | null;
}

/** Trains with steps of a second each unless told otherwise, on a network that only records what it is asked for. */
async function train(
  seconds: number,
  documentTokens: number,
  mostTokens = Infinity,
  bitsAt = (validation: number) => 9 - validation / 1000,
  { saveSeconds = 0, secondsOf = () => 1, measureSeconds = () => 0, resumeFrom = null }: Circumstances = {},
) {
  const asked: TrainStepOptions[] = [];
  const imported: unknown[] = [];
  const forgotten: string[] = [];
  const saved: ResumePoint[] = [];
  const events: TrainerEvent[] = [];
  let time = 0;
  let validations = 0;
  const weights = new Map([['embedding', new Float32Array(1)]]);
  const network: TrainableNetwork = {
    config: { architecture: 'lstm', vocabSize: 16, embeddingSize: 1, hiddenSize: 1, numLayers: 1 },
    trainStep: (_batch, options) => {
      asked.push(options);
      time += 1000 * secondsOf(asked.length);
      return Promise.resolve({ loss: 1, gradientNorm: 1 });
    },
    evaluateStep: () => Promise.resolve(1),
    resetState: (which) => forgotten.push(which),
    limitRows: () => undefined,
    exportWeights: () => Promise.resolve(weights),
    importWeights: (given) => imported.push(given),
    exportOptimizer: () =>
      Promise.resolve({ step: asked.length, firstMoments: weights, secondMoments: weights }),
    importOptimizer: (given) => imported.push(given),
    dispose: () => undefined,
  };
  const training = { ...DEFAULT_TRAINING, seconds, batchSize: 1, unrollSteps: 8, dropout: 0.1 };
  const loop = new TrainingLoop({
    network,
    stream: new BatchStream([new Uint16Array(documentTokens)], training),
    training,
    mostTokens,
    initial: weights,
    measure: () => {
      time += 1000 * measureSeconds(validations);
      const measured = new Map([['embedding', Float32Array.of(validations + 1)]]);
      return Promise.resolve({ score: { bytes: 1, bitsPerByte: bitsAt(validations++) }, weights: measured });
    },
    validationSeconds: 0,
    resumeFrom,
    control: new TrainingControl(),
    emit: (event) => events.push(event),
    resumePoints: new ResumePoints(
      (state) => {
        time += 1000 * saveSeconds;
        const rest = { fingerprint: '', before: null, earlier: null, sampleTokens: 1, validationSeconds: 0 };
        saved.push({ ...state, ...rest });
        return Promise.resolve();
      },
      seconds,
      () => time,
    ),
    now: () => time,
  });
  const measured = await loop.run();
  const candidates = measured.map(({ score, step }) => ({ bits: score.bitsPerByte, step }));
  // Tokens, of a text of 4,001 that is read less than a quarter: in the first of four stretches of 1,000.
  const readBy = measured.map(({ position }) => position.rows[0].offset % 1000);
  return { steps: asked, events, candidates, readBy, imported, forgotten, saved };
}

describe('The training loop', () => {
  it('never tells of less progress than before, also where measuring was slow at first and is fast again', async () => {
    const measureSeconds = (validation: number) => (validation === 0 ? 5 : 0.1);
    const { events } = await train(20, 64, Infinity, undefined, { measureSeconds });
    const progress = events.flatMap((event) => (event.kind === 'step' ? [event.progress] : []));
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
  });

  it('drops nothing on the first pass over the text, and more on each one after it, up to a half', async () => {
    // 80 targets are ten windows of eight, in one row: ten passes.
    const { steps } = await train(100, 81);
    const dropouts = steps.map(({ dropout }) => Math.round(10 * dropout));
    assert.deepEqual([...new Set(dropouts)], [0, 1, 2, 3, 4, 5]);
    const [first, second] = [dropouts.indexOf(1), dropouts.indexOf(2)];
    assert.ok(first >= 7 && first <= 11, `from about the eleventh step on, not ${first}`);
    assert.ok(second - first >= 9 && second - first <= 11, `after a pass more, not ${second - first} steps`);
  });

  it('reads for as long as was asked, with a rate that rises and then falls', async () => {
    const { steps } = await train(100, 4001);
    assert.ok(steps.length >= 99 && steps.length <= 101);
    assertRisesAndFalls(steps);
  });

  it('counts only seconds when the computer sleeps for hours, on systems whose clock goes on meanwhile', async () => {
    const night = 8 * 3600;
    const asleep = await train(100, 4001, Infinity, undefined, {
      secondsOf: (step) => (step === 30 ? night : 1),
      measureSeconds: (validation) => (validation === 3 ? night : 0.1),
    });
    const { length } = asleep.steps;
    assert.ok(length >= 68 && length <= 80, `${length} steps`);
    assertRisesAndFalls(asleep.steps);
    const told = asleep.events.filter((event) => event.kind === 'step');
    assert.ok(told[35].secondsLeft > 30, `${told[35].secondsLeft} s left`);
  });

  it('counts all of its time where each step is as slow as the others', async () => {
    const { steps } = await train(3600, 4001, Infinity, undefined, { secondsOf: () => 90 });
    assert.ok(steps.length >= 39 && steps.length <= 41, `${steps.length} steps`);
  });

  it('ends sooner when the given number of tokens was read, after the rate has fallen and a few measurements', async () => {
    const { steps, events } = await train(1000, 81, 320);
    assert.ok(
      steps.length >= 34 && steps.length <= 42,
      `about four passes of ten steps, not ${steps.length}`,
    );
    assertRisesAndFalls(steps);
    assert.equal(events.filter(({ kind }) => kind === 'validation').length, 4);
    const told = events.filter((event) => event.kind === 'step');
    assert.equal(told.at(-1)!.progress, 1);
    assert.ok(told[19].secondsLeft > 15 && told[19].secondsLeft < 25, `${told[19].secondsLeft} s left`);
  });

  it('ends early where a fresh network costs more at each of five validations in a row', async () => {
    const { steps, events } = await train(300, 4001, Infinity, (validation) => 9 + validation);
    assert.equal(events.filter(({ kind }) => kind === 'validation').length, 6);
    assert.ok(steps.length < 100, `${steps.length} steps`);
  });

  it('does not end early when the number of tokens is limited', async () => {
    const { steps } = await train(300, 4001, 2000, (validation) => 9 + validation);
    assert.ok(steps.length >= 240, `${steps.length} steps`);
  });

  it('goes on to the end where held-out text costs more than at first, but not ever more', async () => {
    const bits = [
      2, 2.3, 2.2, 2.4, 2.3, 2.2, 2.3, 2.1, 2.2, 2.1, 2.2, 2.1, 2.05, 2.04, 2, 1.9, 1.8, 1.7, 1.6, 1.5,
    ];
    const { steps, events, candidates } = await train(300, 4001, Infinity, (validation) => bits[validation]);
    assert.equal(events.filter(({ kind }) => kind === 'validation').length, 20);
    assert.ok(steps.length >= 298, `${steps.length} steps`);
    assert.deepEqual(candidates, [{ bits: 1.5, step: steps.length }]);
  });

  it('offers the last network beside the one that did best on the held-out text', async () => {
    const bits = [1.6, 1.7, 1.9, 1.8];
    const { steps, events, candidates } = await train(40, 4001, Infinity, (validation) => bits[validation]);
    const [first] = events.filter((event) => event.kind === 'validation');
    assert.deepEqual(candidates, [
      { bits: 1.6, step: first.step },
      { bits: 1.8, step: steps.length },
    ]);
  });

  it('tells of each network how far it had read', async () => {
    const bits = [1.6, 1.7, 1.9, 1.8];
    const { candidates, readBy } = await train(40, 4001, Infinity, (validation) => bits[validation]);
    assert.deepEqual(
      readBy,
      candidates.map(({ step }) => 8 * step),
    );
  });

  it('goes back to the best network, and to where that stood in the text, when what came after was worth nothing', async () => {
    const bits = [1.6, NaN, 1.5, 1.4];
    const { candidates, readBy, events, forgotten, imported } = await train(
      40,
      4001,
      Infinity,
      (validation) => bits[validation],
    );
    const [best, ...later] = events.filter((event) => event.kind === 'validation');
    assert.equal(later.length, 2, 'none of the one that failed');
    const lost = candidates[0].step - readBy[0] / 8;
    assert.ok(lost > 0 && lost < candidates[0].step - best.step, `${lost} steps were read again`);
    // What is carried along from step to step may hold no numbers by then.
    assert.deepEqual(forgotten, ['train']);
    const none = new Map([['embedding', Float32Array.of(0)]]);
    assert.deepEqual(imported, [
      new Map([['embedding', Float32Array.of(1)]]),
      { step: 0, firstMoments: none, secondMoments: none },
    ]);
  });

  it('measures the last network also where saving how far it is has taken the rest of the time', async () => {
    // Saved at the start and after every tenth second or so, the last time over the end of the time.
    for (const seconds of [21, 22, 32, 33, 43, 44]) {
      const { steps, events, candidates } = await train(seconds, 4001, Infinity, undefined, {
        saveSeconds: 0.2,
      });
      const last = events.findLast((event) => event.kind === 'validation');
      assert.deepEqual(
        candidates.map(({ step }) => step),
        [steps.length],
        `of ${seconds} s`,
      );
      assert.equal(last?.step, steps.length, `of ${seconds} s`);
    }
  });

  it('keeps how far it is every ten seconds, but of a long training no more than two hundred times', async () => {
    const short = await train(100, 4001);
    assert.ok(short.saved.length >= 9 && short.saved.length <= 11, `${short.saved.length} times in 100 s`);
    const long = await train(20_000, 4001);
    assert.ok(long.saved.length >= 190 && long.saved.length <= 201, `${long.saved.length} times in 20,000 s`);
  });

  it('goes on from a point that was kept, with its weights, its moments, its best and the rest of its time', async () => {
    const whole = await train(100, 81);
    const point = whole.saved.find(({ progress }) => progress.step > 30)!;
    const rest = await train(100, 81, Infinity, (validation) => 20 - validation / 1000, {
      resumeFrom: point,
    });
    assert.deepEqual(rest.imported, [point.weights, point.optimizer]);
    const expected = whole.steps.slice(point.progress.step);
    assert.deepEqual(rest.steps[0], expected[0]);
    const rates = (steps: readonly TrainStepOptions[]) => steps.map(({ learningRate }) => learningRate);
    assert.deepEqual(rates(rest.steps), rates(expected));
    assert.deepEqual(rest.candidates[0], { bits: point.best!.score.bitsPerByte, step: point.best!.step });
  });

  it('offers nothing that was not measured', async () => {
    const { candidates } = await train(40, 4001, Infinity, (validation) => (validation === 0 ? 1.6 : NaN));
    assert.deepEqual(
      candidates.map(({ bits }) => bits),
      [1.6],
    );
  });
});

function assertRisesAndFalls(steps: readonly TrainStepOptions[]): void {
  const rates = steps.map(({ learningRate }) => learningRate);
  const top = rates.indexOf(Math.max(...rates));
  assert.ok(top > 0 && top < 0.15 * steps.length, `the highest rate at step ${top}`);
  assert.ok(rates.at(-1)! < 0.1 * rates[top]);
}
