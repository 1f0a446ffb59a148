import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ARCHITECTURES, type NetworkConfig } from '../../../../src/model/networkConfig';
import {
  DivergenceError,
  type TrainableNetwork,
  type TrainBatch,
  type TrainingEngine,
} from '../../../../src/trainer/engine';
import { automaticThreads, coresOf, threadsOfAllCores } from '../../../../src/trainer/engines/processorCores';
import { loadWasmOps } from '../../../../src/trainer/engines/loadWasmOps';
import { ParallelNetwork } from '../../../../src/trainer/engines/parallelNetwork';
import { loadWasmEngine } from '../../../../src/trainer/engines/wasmEngine';
import { WorkerPool } from '../../../../src/trainer/engines/workerPool';
import { countOf } from '../../../../src/trainer/network/batchParts';
import { seededRandom } from '../../../../src/model/generation/seededRandom';
import { smallNetworks } from '../../../support/smallNetworks';
import { assertHalvingForgetsNothing, trialNetworks } from '../../../support/trainingTrial';
import { randomWeights } from '../../model/network/randomWeights';

const configOf = (architecture: NetworkConfig['architecture']): NetworkConfig => ({
  architecture,
  vocabSize: 31,
  embeddingSize: 8,
  hiddenSize: 12,
  numLayers: 2,
});

/** Windows whose rows differ in length and in where documents start. */
function windows(batchSize: number): TrainBatch[] {
  const random = seededRandom(5);
  const unrollSteps = 6;
  return Array.from({ length: 4 }, (_, window) => {
    const length = batchSize * unrollSteps;
    const ids = () => Int32Array.from({ length }, () => Math.floor(31 * random()));
    return {
      batchSize,
      unrollSteps,
      inputs: ids(),
      targets: ids(),
      mask: Float32Array.from({ length }, (_, i) => (i % unrollSteps < 6 - (window % 3) ? 1 : 0)),
      resets: Uint8Array.from({ length: batchSize }, (_, row) => ((row + window) % 3 === 0 ? 1 : 0)),
    };
  });
}

const options = { learningRate: 0.01, gradientClipNorm: 0.5, dropout: 0.2 };

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) < 2e-4, `${what}[${i}]: ${actual[i]} and ${expected[i]}`);
  }
}

describe('Training on several threads', () => {
  let onOne: TrainingEngine;
  let onThree: TrainingEngine;
  // Threads that load TypeScript take a second to start, so all tests share them.
  before(async () => {
    onOne = await loadWasmEngine({ threads: 1 });
    onThree = await loadWasmEngine({ threads: 3 });
  });

  const networksOf = (config: NetworkConfig): [TrainableNetwork, TrainableNetwork] => {
    const weights = randomWeights(config, 3);
    return [onOne.createNetwork(config, weights, 7), onThree.createNetwork(config, weights, 7)];
  };

  it('is named in the description of the engine', () => {
    assert.match(onOne.description, /on one thread/);
    assert.match(onThree.description, /on 3 threads/);
  });

  for (const { title, config } of smallNetworks({ vocabSize: 31, embeddingSize: 8, hiddenSize: 12 })) {
    it(`gives the numbers of one thread (${title}), with fewer rows than threads too`, async () => {
      const [one, three] = networksOf(config);
      for (const batch of [...windows(5), ...windows(2)]) {
        const alone = await one.trainStep(batch, options);
        const together = await three.trainStep(batch, options);
        assertClose(
          [together.loss, together.gradientNorm],
          [alone.loss, alone.gradientNorm],
          'loss and norm',
        );
        const [own, all] = [await three.evaluateStep(batch), await one.evaluateStep(batch)];
        assertClose([own / countOf(batch.mask)], [all / countOf(batch.mask)], 'score');
      }
      const expected = await one.exportWeights();
      for (const [name, values] of await three.exportWeights()) {
        assertClose(values, expected.get(name)!, name);
      }
      const moments = await one.exportOptimizer();
      const own = await three.exportOptimizer();
      assert.equal(own.step, moments.step);
      for (const [name, values] of own.secondMoments) {
        assertClose(values, moments.secondMoments.get(name)!, name);
      }
      three.dispose();
      one.dispose();
    });
  }

  for (const architecture of ARCHITECTURES) {
    it(`gives the same numbers when few rows of a batch are computed at once (${architecture})`, async () => {
      const [whole, threads] = networksOf(configOf(architecture));
      const [parts] = networksOf(configOf(architecture));
      parts.limitRows(2);
      threads.limitRows(3);
      for (const batch of windows(5)) {
        const expected = await whole.trainStep(batch, options);
        for (const limited of [parts, threads]) {
          const { loss, gradientNorm } = await limited.trainStep(batch, options);
          assertClose([loss, gradientNorm], [expected.loss, expected.gradientNorm], 'loss and norm');
          const [own, all] = [await limited.evaluateStep(batch), await whole.evaluateStep(batch)];
          assertClose([own / countOf(batch.mask)], [all / countOf(batch.mask)], 'score');
          whole.resetState('evaluate');
          limited.resetState('evaluate');
        }
      }
      const weights = await whole.exportWeights();
      for (const limited of [parts, threads]) {
        for (const [name, values] of await limited.exportWeights()) {
          assertClose(values, weights.get(name)!, name);
        }
      }
    });
  }

  for (const { title, config } of trialNetworks) {
    it(`goes on with each row's state when rows are halved in its midst (${title})`, async () => {
      await assertHalvingForgetsNothing(onOne, config);
      await assertHalvingForgetsNothing(onThree, config);
    });
  }

  it('goes on from imported weights and moments', async () => {
    const config = configOf('lstm');
    const [one, three] = networksOf(config);
    const [first, second] = windows(4);
    await one.trainStep(first, options);
    three.importWeights(await one.exportWeights());
    three.importOptimizer(await one.exportOptimizer());
    one.resetState('train');
    three.resetState('train');
    const alone = await one.trainStep(second, options);
    assertClose([(await three.trainStep(second, options)).loss], [alone.loss], 'loss');
    const expected = await one.exportWeights();
    for (const [name, values] of await three.exportWeights()) {
      assertClose(values, expected.get(name)!, name);
    }
  });

  it('leaves the weights as they were when training diverges', async () => {
    const config = configOf('gru');
    const weights = new Map(randomWeights(config, 3));
    weights.set(
      'projection',
      weights.get('projection')!.map(() => NaN),
    );
    const network = onThree.createNetwork(config, weights, 1);
    await assert.rejects(network.trainStep(windows(4)[0], options), DivergenceError);
    assert.deepEqual((await network.exportWeights()).get('embedding'), weights.get('embedding'));
  });

  it('fails with a clear error when a thread dies, in the midst of a step and ever after', async () => {
    const pool = new WorkerPool(2, 'process.exitCode = 3; throw new RangeError("out of memory");', {
      eval: true,
    });
    await assert.rejects(
      pool.askAll(() => ({ kind: 'load' })),
      /^Error: Thread \d of the wasm engine failed: out of memory/,
    );
    await assert.rejects(pool.ask(1, { kind: 'load' }), /of the wasm engine failed/);
  });

  it('tells why a thread could not take the network, not what that does to the steps that were asked of it next', async () => {
    const answers = { create: 'no room for the network', evaluate: 'there is no such network' };
    const worker = `
      const { parentPort } = require('node:worker_threads');
      parentPort.on('message', ({ id, request }) => {
        parentPort.postMessage({ id, fault: ${JSON.stringify(answers)}[request.kind] });
      });`;
    const network = new ParallelNetwork(
      new WorkerPool(2, worker, { eval: true }),
      configOf('lstm'),
      randomWeights(configOf('lstm'), 3),
      1,
    );
    await assert.rejects(network.evaluateStep(windows(4)[0]), /^Error: no room for the network$/);
  });

  it('says so when the .wasm files are not there', async () => {
    const nowhere = join(__dirname, 'nowhere');
    await assert.rejects(loadWasmOps({ tensorFlow: nowhere, kernel: nowhere }), /nowhere/);
  });
});

describe('The number of threads', () => {
  it('leaves one core to whoever types, if anyone does, and is never more than eight', () => {
    assert.deepEqual([1, 2, 4, 9, 64].map(automaticThreads), [1, 1, 3, 8, 8]);
    assert.deepEqual([1, 2, 4, 9, 64].map(threadsOfAllCores), [1, 2, 4, 8, 8]);
  });

  it('counts cores, not the two threads that each may have', () => {
    const processor = (core: number, chip: number) =>
      `processor: 0\nphysical id\t: ${chip}\ncore id\t\t: ${core}\n`;
    assert.equal(coresOf([processor(0, 0), processor(0, 0), processor(1, 0), processor(0, 1)].join('\n')), 3);
    assert.equal(coresOf('processor\t: 0\nBogoMIPS\t: 108.00\n'), 0);
  });
});
