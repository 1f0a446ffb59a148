import assert from 'node:assert/strict';
import { DEFAULT_TRAINING } from '../../../../src/protocol/trainerProtocol';
import { BatchStream } from '../../../../src/trainer/data/batchStream';
import type { TrainableNetwork, TrainStepOptions } from '../../../../src/trainer/engine';
import { TrainingControl } from '../../../../src/trainer/training/trainingControl';
import { TrainingLoop } from '../../../../src/trainer/training/trainingLoop';

/** Steps of a second each, on a network that only notes what it is asked for. */
async function stepsOf(seconds: number, documentTokens: number): Promise<TrainStepOptions[]> {
  const asked: TrainStepOptions[] = [];
  let time = 0;
  const weights = new Map([['embedding', new Float32Array(1)]]);
  const network: TrainableNetwork = {
    config: { architecture: 'lstm', vocabSize: 16, embeddingSize: 1, hiddenSize: 1, numLayers: 1 },
    trainStep: (_batch, options) => {
      asked.push(options);
      time += 1000;
      return Promise.resolve({ loss: 1, gradientNorm: 1 });
    },
    evaluateStep: () => Promise.resolve({ lossSum: 1, count: 1 }),
    resetState: () => undefined,
    limitRows: () => undefined,
    exportWeights: () => Promise.resolve(weights),
    importWeights: () => undefined,
    exportOptimizer: () => Promise.resolve({ step: 0, firstMoments: weights, secondMoments: weights }),
    importOptimizer: () => undefined,
    dispose: () => undefined,
  };
  const training = { ...DEFAULT_TRAINING, seconds, batchSize: 1, unrollSteps: 8, dropout: 0.1 };
  const loop = new TrainingLoop({
    network,
    stream: new BatchStream([new Uint16Array(documentTokens)], training),
    training,
    best: { weights, score: null, step: null },
    toBeat: null,
    measure: () => Promise.resolve({ score: { bytes: 1, bitsPerByte: 9 - time / 1e6 }, weights }),
    validationSeconds: 0,
    resumeFrom: null,
    control: new TrainingControl(),
    emit: () => undefined,
    saveResumePoint: () => Promise.resolve(),
    now: () => time,
  });
  await loop.run();
  return asked;
}

describe('The training loop', () => {
  it('drops nothing on the first pass over the text, and what the option says from then on', async () => {
    // 80 targets are ten windows of eight, in one row: three passes.
    const steps = await stepsOf(30, 81);
    const from = steps.findIndex(({ dropout }) => dropout > 0);
    assert.ok(from >= 7 && from <= 11, `from about the eleventh step on, not ${from}`);
    assert.ok(steps.slice(from).every(({ dropout }) => dropout === 0.1));
    assert.ok(steps.length >= 25);
  });

  it('reads for as long as was asked, with a rate that rises and then falls', async () => {
    const steps = await stepsOf(100, 4001);
    assert.ok(steps.length >= 99 && steps.length <= 101);
    const rates = steps.map(({ learningRate }) => learningRate);
    const top = rates.indexOf(Math.max(...rates));
    assert.ok(top > 1 && top < 15);
    assert.ok(rates.at(-1)! < 0.1 * rates[top]);
  });
});
