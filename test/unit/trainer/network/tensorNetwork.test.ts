import '@tensorflow/tfjs-backend-cpu';
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import {
  ATTENTION_WINDOW,
  type CellKind,
  type NetworkConfig,
  type RecurrentConfig,
} from '../../../../src/model/networkConfig';
import { DivergenceError, type TrainBatch } from '../../../../src/trainer/engine';
import { loadWasmOps } from '../../../../src/trainer/engines/loadWasmOps';
import { TensorNetwork } from '../../../../src/trainer/network/tensorNetwork';
import { StockOps } from '../../../../src/trainer/network/stockOps';
import type { TensorOps } from '../../../../src/trainer/network/tensorOps';
import { seededRandom } from '../../../../src/model/generation/seededRandom';
import { referenceOf } from '../../../support/reference/referenceOf';
import { looksBack } from '../../../support/smallNetworks';
import { batchSize, trialNetworks, unrollSteps, windows } from '../../../support/trainingTrial';
import { randomWeights } from '../../model/network/randomWeights';
import { assertGradients } from './gradientCheck';

const configOf = (architecture: CellKind, numLayers: number): RecurrentConfig => ({
  architecture,
  vocabSize: 11,
  embeddingSize: 5,
  hiddenSize: 6,
  numLayers,
});

/** Attention costs more, so this is only enough to fill its memory and drop the first positions. */
const stepsOf = (config: NetworkConfig): number =>
  looksBack(config) ? ATTENTION_WINDOW / unrollSteps + 16 : 200;

const engines: readonly { name: string; start: () => Promise<TensorOps> }[] = [
  {
    name: 'stock ops',
    start: async () => {
      await tf.setBackend('cpu');
      return new StockOps(tf);
    },
  },
  {
    name: 'wasm',
    start: () => loadWasmOps(),
  },
];

for (const engine of engines) {
  describe(`TensorNetwork on ${engine.name}`, () => {
    let ops: TensorOps;
    before(async () => {
      ops = await engine.start();
    });

    for (const { title, config } of trialNetworks) {
      it(`${title}: gradients equal finite differences, the state carried over`, async () => {
        const weights = randomWeights(config, 3);
        const network = new TensorNetwork(ops, config, weights, 1);
        await assertGradients(network, weights);
        network.dispose();
      });

      it(`${title}: predicts what the reference network predicts`, async () => {
        const weights = randomWeights(config, 4);
        const [first, second] = windows(2);
        const network = new TensorNetwork(ops, config, weights, 1);
        const results = [await network.evaluateStep(first), await network.evaluateStep(second)];
        network.dispose();

        const reference = referenceOf(config, weights);
        const states = Array.from({ length: batchSize }, () => reference.start());
        const probs = new Float32Array(config.vocabSize);
        for (const [window, batch] of [first, second].entries()) {
          let lossSum = 0;
          for (let row = 0; row < batchSize; row++) {
            states[row] = batch.resets[row] === 1 ? reference.start() : states[row];
            for (let i = row * unrollSteps; i < (row + 1) * unrollSteps; i++) {
              states[row] = reference.next(states[row], batch.inputs[i]);
              reference.predict(states[row], probs);
              lossSum -= batch.mask[i] * Math.log(probs[batch.targets[i]]);
            }
          }
          assert.ok(Math.abs(results[window] - lossSum) < 1e-4 * lossSum);
        }
      });

      it(`${title}: memorises a text, and holds no more tensors from step to step`, async () => {
        const [batch] = windows(2);
        const network = new TensorNetwork(ops, config, randomWeights(config, 6), 1);
        const options = { learningRate: 0.01, gradientClipNorm: 1, dropout: 0.1 };
        const step = () => network.trainStep({ ...batch, resets: new Uint8Array([0, 0, 1]) }, options);
        const first = await step();
        const held = tf.memory().numTensors;
        for (let i = 0; i < stepsOf(config); i++) {
          await step();
        }
        await network.evaluateStep(batch);
        network.resetState('evaluate');
        assert.equal(tf.memory().numTensors, held);
        const last = await network.trainStep(batch, { ...options, dropout: 0 });
        assert.ok(last.loss < first.loss / 1.5, `${first.loss} became ${last.loss}`);
        network.dispose();
      });
    }

    it('fewer units than a vector of the processor has numbers: gradients equal finite differences', async () => {
      for (const hiddenSize of [1, 2, 3]) {
        const config = { ...configOf('lstm', 2), hiddenSize };
        const weights = randomWeights(config, 3);
        const network = new TensorNetwork(ops, config, weights, 1);
        await assertGradients(network, weights);
        network.dispose();
      }
    });

    for (const { title, config } of trialNetworks.filter(({ config }) => looksBack(config))) {
      it(`${title}: looks back as far as the reference network, and in a new document no further than its start`, async () => {
        const weights = randomWeights(config, 4);
        const random = seededRandom(7);
        const network = new TensorNetwork(ops, config, weights, 1);
        const reference = referenceOf(config, weights);
        let states = [reference.start(), reference.start()];
        const probs = new Float32Array(config.vocabSize);
        for (const window of [0, 1, 2, 3]) {
          const length = 2 * 100;
          const ids = () => Int32Array.from({ length }, () => Math.floor(11 * random()));
          const batch: TrainBatch = {
            batchSize: 2,
            unrollSteps: 100,
            inputs: ids(),
            targets: ids(),
            mask: new Float32Array(length).fill(1),
            resets: Uint8Array.of(window === 0 ? 1 : 0, window === 2 ? 1 : 0),
          };
          let lossSum = 0;
          states = states.map((carried, row) => {
            let state = batch.resets[row] === 1 ? reference.start() : carried;
            for (let i = row * 100; i < (row + 1) * 100; i++) {
              state = reference.next(state, batch.inputs[i]);
              reference.predict(state, probs);
              lossSum -= Math.log(probs[batch.targets[i]]);
            }
            return state;
          });
          const evaluated = await network.evaluateStep(batch);
          assert.ok(Math.abs(evaluated - lossSum) < 1e-5 * lossSum, `${evaluated}, ${lossSum}`);
        }
        network.dispose();
      });
    }

    it('clips the gradient to the norm asked for', async () => {
      const config = configOf('lstm', 1);
      const weights = randomWeights(config, 3);
      const [batch] = windows(2);
      const moments = async (gradientClipNorm: number) => {
        const network = new TensorNetwork(ops, config, weights, 1);
        const { gradientNorm } = await network.trainStep(batch, {
          learningRate: 0.01,
          gradientClipNorm,
          dropout: 0,
        });
        const { firstMoments } = await network.exportOptimizer();
        network.dispose();
        const squares = [...firstMoments.values()].flatMap((values) => [...values].map((x) => x * x));
        // The first moment after one step is a tenth of the gradient.
        return { gradientNorm, applied: 10 * Math.sqrt(squares.reduce((a, b) => a + b)) };
      };
      const free = await moments(1e9);
      assert.ok(Math.abs(free.applied - free.gradientNorm) < 1e-4 * free.gradientNorm);
      const clipped = await moments(free.gradientNorm / 4);
      assert.ok(Math.abs(clipped.applied - free.gradientNorm / 4) < 1e-4 * free.gradientNorm);
      assert.equal(clipped.gradientNorm, free.gradientNorm);
    });

    it('goes on from exported weights and moments exactly as it would have', async () => {
      const config = configOf('gru', 2);
      const [first, second] = windows(2);
      const options = { learningRate: 0.01, gradientClipNorm: 1, dropout: 0.3 };
      const one = new TensorNetwork(ops, config, randomWeights(config, 3), 9);
      await one.trainStep(first, options);
      const two = new TensorNetwork(ops, config, await one.exportWeights(), 9);
      two.importOptimizer(await one.exportOptimizer());
      one.resetState('train');
      const fresh = { ...second, resets: new Uint8Array([1, 1, 1]) };
      assert.deepEqual(await one.trainStep(fresh, options), await two.trainStep(fresh, options));
      assert.deepEqual(await one.exportWeights(), await two.exportWeights());
      one.dispose();
      two.dispose();
    });

    it('says when training diverges and keeps the weights', async () => {
      const config = configOf('rnn', 1);
      const weights = randomWeights(config, 3);
      weights.get('outputBias')![0] = NaN;
      const network = new TensorNetwork(ops, config, weights, 1);
      const [batch] = windows(2);
      await assert.rejects(
        async () => network.trainStep(batch, { learningRate: 0.01, gradientClipNorm: 1, dropout: 0 }),
        DivergenceError,
      );
      const kept = (await network.exportWeights()).get('projection')!;
      assert.deepEqual(kept, weights.get('projection'));
      network.dispose();
    });
  });
}

describe('WasmOps', () => {
  it('gives the numbers of stock ops over several steps, dropout included', async () => {
    const config = configOf('lstm', 2);
    const [first, second] = windows(2);
    const train = async (ops: TensorOps) => {
      const network = new TensorNetwork(ops, config, randomWeights(config, 3), 9);
      const options = { learningRate: 0.01, gradientClipNorm: 1, dropout: 0.3 };
      for (let i = 0; i < 5; i++) {
        await network.trainStep(first, options);
        await network.trainStep(second, options);
      }
      const weights = await network.exportWeights();
      network.dispose();
      return weights;
    };
    const stock = await train(await engines[0].start());
    const wasm = await train(await engines[1].start());
    for (const [name, values] of stock) {
      values.forEach((value, i) => {
        assert.ok(Math.abs(value - wasm.get(name)![i]) < 1e-4, `${name}[${i}]`);
      });
    }
  });
});
