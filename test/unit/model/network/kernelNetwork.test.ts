import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createKernelNetwork } from '../../../../src/model/network/kernelNetwork';
import { quantizeWeights } from '../../../../src/model/network/quantizedMatrix';
import type { Expert } from '../../../../src/model/expert';
import { ATTENTION_WINDOW, type NetworkConfig } from '../../../../src/model/networkConfig';
import { kernelBytes } from '../../../support/kernelBytes';
import { referenceOf } from '../../../support/reference/referenceOf';
import { looksBack, smallNetworks } from '../../../support/smallNetworks';
import { anyNetwork } from './anyNetwork';
import { randomWeights } from './randomWeights';

const configs = anyNetwork({ vocabSize: 70, embeddingSize: 40, hiddenSize: 40 });

const withAttention = smallNetworks({ vocabSize: 60, embeddingSize: 12, hiddenSize: 20 }).filter(
  ({ config }) => looksBack(config),
);

function assertClose(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) <= tolerance, `element ${i} is ${value}, not ${expected[i]}`);
  });
}

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function predicted(network: Expert, state: unknown): Float32Array {
  const probs = new Float32Array(network.vocabSize);
  network.predict(state, probs);
  return probs;
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
          const reference = referenceOf(config, weights);
          const network = createKernelNetwork(config, weights, 'kernel', kernel);
          let expected = reference.start();
          let actual = network.start();
          for (const choice of [null, ...choices]) {
            if (choice !== null) {
              expected = reference.next(expected, choice % config.vocabSize);
              actual = network.next(actual, choice % config.vocabSize);
            }
            const probs = predicted(network, actual);
            assertClose(probs, predicted(reference, expected), 2e-3);
            assert.ok(Math.abs(sum(probs) - 1) < 1e-6);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  for (const { title, config } of withAttention) {
    it(`${title}: looks back as far as the reference, however long the text`, () => {
      const weights = quantizeWeights(config, randomWeights(config, 2));
      const reference = referenceOf(config, weights);
      const network = createKernelNetwork(config, weights, 'kernel', kernel);
      let expected = reference.start();
      let actual = network.start();
      for (let i = 0; i < 2 * ATTENTION_WINDOW + 50; i++) {
        const tokenId = (i * i + 3 * i) % config.vocabSize;
        expected = reference.next(expected, tokenId);
        actual = network.next(actual, tokenId);
        if (i % 50 === 0 || i > 2 * ATTENTION_WINDOW) {
          assertClose(predicted(network, actual), predicted(reference, expected), 2e-3);
        }
      }
    });

    it(`${title}: goes on from a state of long ago, whose remembered positions were overwritten since`, () => {
      const network = createKernelNetwork(config, randomWeights(config, 2), 'kernel', kernel);
      const read = (from: unknown, count: number, factor: number) => {
        let state = from;
        for (let i = 0; i < count; i++) {
          state = network.next(state, (i * factor) % config.vocabSize);
        }
        return state;
      };
      const early = read(network.start(), 300, 3);
      const expected = read(early, 20, 5);
      // More texts at once than the kernel's memory has places for.
      for (let text = 0; text < 10; text++) {
        read(network.start(), 300, text);
      }
      const late = read(early, 20, 5);
      assert.deepEqual(late, expected);
      assert.deepEqual(predicted(network, late), predicted(network, expected));
      const beams = Array.from({ length: 9 }, (_, i) => read(early, i, 7));
      const ids = beams.map((_, i) => i);
      assert.deepEqual(
        network.nextMany(beams, ids),
        beams.map((beam, i) => network.next(beam, ids[i])),
      );
    });
  }

  it('gives any number of sequences at once to the last bit what each gets alone, and changes no state', () => {
    fc.assert(
      fc.property(
        configs,
        fc.array(fc.nat(), { minLength: 1, maxLength: 19 }),
        fc.nat(),
        (config, choices, seed) => {
          const network = createKernelNetwork(config, randomWeights(config, seed), 'kernel', kernel);
          const tokenIds = choices.map((choice) => choice % config.vocabSize);
          const fresh = tokenIds.map((tokenId) => network.next(network.start(), tokenId));
          // Some continue the same state, as beams do.
          const states = choices.map((choice) => fresh[choice % fresh.length]);
          const copies = structuredClone(states);
          const together = network.nextMany(states, tokenIds);
          assert.deepEqual(
            together,
            states.map((state, i) => network.next(state, tokenIds[i])),
          );
          assert.deepEqual(states, copies);
          const probs = together.map(() => new Float32Array(config.vocabSize));
          network.predictMany(together, probs);
          together.forEach((state, i) => {
            assert.deepEqual(probs[i], predicted(network, state));
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('keeps to a distribution with a large vocabulary and with absurd weights', () => {
    const sizes = { vocabSize: 65536, embeddingSize: 8, hiddenSize: 8, numLayers: 1 };
    const large: NetworkConfig[] = [
      { architecture: 'lstm', ...sizes },
      { architecture: 'lstm', ...sizes, attention: true },
      { architecture: 'transformer', ...sizes },
    ];
    for (const [config, factor] of large.flatMap((config) =>
      [1, 1e3, 1e37].map((factor) => [config, factor] as const),
    )) {
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
      assert.ok(
        Math.abs(sum(probs) - 1) < 1e-6,
        `${sum(probs)} of ${config.architecture} with weights times ${factor}`,
      );
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

  it('refuses a token outside its vocabulary and a damaged kernel', () => {
    const config = {
      architecture: 'rnn',
      vocabSize: 5,
      embeddingSize: 2,
      hiddenSize: 3,
      numLayers: 1,
    } as const;
    const network = createKernelNetwork(config, randomWeights(config, 1), 'kernel', kernel);
    for (const tokenId of [-1, 5, 0.5, NaN]) {
      assert.throws(() => network.next(network.start(), tokenId), /is not in the model's vocabulary of 5/);
    }
    assert.throws(
      () => createKernelNetwork(config, randomWeights(config, 1), 'kernel', kernel.slice(0, 100)),
      /kernel\.wasm\) cannot be loaded\. Install Understudy again/,
    );
  });
});
