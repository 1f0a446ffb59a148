import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createKernelNetwork } from '../../../../src/model/network/kernelNetwork';
import { quantizeWeights } from '../../../../src/model/network/quantizedMatrix';
import type { RecurrentState } from '../../../../src/model/network/recurrentModel';
import { ReferenceNetwork } from '../../../../src/model/network/referenceNetwork';
import { CELL_KINDS, type RecurrentConfig } from '../../../../src/model/networkConfig';
import { kernelBytes } from '../../../support/kernelBytes';
import { randomWeights } from './randomWeights';

const configs: fc.Arbitrary<RecurrentConfig> = fc.record({
  architecture: fc.constantFrom(...CELL_KINDS),
  vocabSize: fc.integer({ min: 1, max: 70 }),
  embeddingSize: fc.integer({ min: 1, max: 40 }),
  hiddenSize: fc.integer({ min: 1, max: 40 }),
  numLayers: fc.integer({ min: 1, max: 3 }),
});

function assertClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `element ${i} is ${value}, not ${expected[i]}`);
  });
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

describe('createKernelNetwork', () => {
  let kernel: Uint8Array;
  before(async () => {
    kernel = await kernelBytes();
  });

  it('says what the reference says of the same rounded weights, for every blueprint', () => {
    fc.assert(
      fc.property(
        configs,
        fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        (config, choices, seed) => {
          const weights = quantizeWeights(config, randomWeights(config, seed));
          const reference = new ReferenceNetwork(config, weights, 'reference');
          const network = createKernelNetwork(config, weights, 'kernel', kernel);
          let expected = reference.start();
          let actual = network.start() as RecurrentState;
          const probs = new Float32Array(config.vocabSize);
          const expectedProbs = new Float32Array(config.vocabSize);
          for (const choice of choices) {
            expected = reference.next(expected, choice % config.vocabSize);
            actual = network.next(actual, choice % config.vocabSize) as RecurrentState;
            assertClose(actual.values, expected.values, 2e-3);
            network.predict(actual, probs);
            reference.predict(expected, expectedProbs);
            assertClose(probs, expectedProbs, 2e-3);
            assert.ok(Math.abs(sum(probs) - 1) < 1e-6);
          }
        },
      ),
      { numRuns: 120 },
    );
  });

  it('gives any number of sequences at once to the last bit what each gets alone, and changes no state', () => {
    fc.assert(
      fc.property(
        configs,
        fc.array(fc.nat(), { minLength: 1, maxLength: 19 }),
        fc.nat(),
        (config, choices, seed) => {
          const network = createKernelNetwork(config, randomWeights(config, seed), 'kernel', kernel);
          const tokenIds = choices.map((choice) => choice % config.vocabSize);
          const fresh = tokenIds.map((tokenId) => network.next(network.start(), tokenId) as RecurrentState);
          // Some continue the same state, as beams do.
          const states = choices.map((choice) => fresh[choice % fresh.length]);
          const copies = states.map(({ values }) => ({ values: values.slice(), memory: [] }));
          const together = network.nextMany(states, tokenIds);
          assert.deepEqual(
            together,
            states.map((state, i) => network.next(state, tokenIds[i])),
          );
          assert.deepEqual(states, copies);
          const probs = together.map(() => new Float32Array(config.vocabSize));
          network.predictMany(together, probs);
          together.forEach((state, i) => {
            const alone = new Float32Array(config.vocabSize);
            network.predict(state, alone);
            assert.deepEqual(probs[i], alone);
          });
        },
      ),
      { numRuns: 80 },
    );
  });

  it('keeps to a distribution with a large vocabulary and with absurd weights', () => {
    const config = {
      architecture: 'lstm',
      vocabSize: 65536,
      embeddingSize: 8,
      hiddenSize: 8,
      numLayers: 1,
    } as const;
    for (const factor of [1, 1e3, 1e37]) {
      const weights = randomWeights(config, 7);
      for (const [name, tensor] of weights) {
        weights.set(
          name,
          tensor.map((value) => value * factor),
        );
      }
      const network = createKernelNetwork(config, weights, 'large', kernel);
      const probs = new Float32Array(config.vocabSize);
      network.predict(network.next(network.start(), 65535), probs);
      assert.ok(Math.abs(sum(probs) - 1) < 1e-6, `${sum(probs)} with weights times ${factor}`);
    }
  });

  it('keeps two networks apart, also when one is disposed of', () => {
    const config = {
      architecture: 'gru',
      vocabSize: 9,
      embeddingSize: 4,
      hiddenSize: 6,
      numLayers: 2,
    } as const;
    const first = createKernelNetwork(config, randomWeights(config, 1), 'base', kernel);
    const expected = first.next(first.next(first.start(), 3), 4);
    const second = createKernelNetwork(config, randomWeights(config, 2), 'personal', kernel);
    let state = first.start();
    for (const tokenId of [3, 4]) {
      state = first.next(state, tokenId);
      second.next(second.start(), tokenId);
    }
    second.dispose();
    assert.deepEqual(first.next(first.next(first.start(), 3), 4), expected);
    assert.deepEqual(state, expected);
    assert.throws(() => second.next(state, 1), /The network "personal" has been disposed of/);
  });

  it('refuses a token outside its vocabulary and a state of another network', () => {
    const config = {
      architecture: 'rnn',
      vocabSize: 5,
      embeddingSize: 2,
      hiddenSize: 3,
      numLayers: 1,
    } as const;
    const network = createKernelNetwork(config, randomWeights(config, 1), 'kernel', kernel);
    for (const tokenId of [-1, 5, 0.5, NaN]) {
      assert.throws(() => network.next(network.start(), tokenId), /is not in the network's vocabulary of 5/);
    }
    assert.throws(
      () => network.next({ values: new Float32Array(4), memory: [] }, 0),
      /A state of 4 values belongs to another network/,
    );
    assert.throws(
      () => createKernelNetwork(config, new Map(), 'kernel', kernel),
      /needs tensor "embedding" as 5 rows of 2 columns/,
    );
    assert.throws(
      () => createKernelNetwork(config, randomWeights(config, 1), 'kernel', kernel.slice(0, 100)),
      /kernel\.wasm\) cannot be loaded\. Install Understudy again/,
    );
  });
});
