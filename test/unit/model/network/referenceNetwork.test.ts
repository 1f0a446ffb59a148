import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CELL_KINDS, type RecurrentConfig } from '../../../../src/model/networkConfig';
import { ReferenceNetwork } from '../../../support/reference/referenceNetwork';
import { randomWeights } from './randomWeights';

/** One unit, one layer, two tokens: small enough to follow by hand. */
function tinyConfig(architecture: RecurrentConfig['architecture'], numLayers = 1): RecurrentConfig {
  return { architecture, vocabSize: 2, embeddingSize: 1, hiddenSize: 1, numLayers };
}

function close(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

describe('ReferenceNetwork', () => {
  it('steps a plain RNN as tanh(W x + b + U h)', () => {
    const network = new ReferenceNetwork(
      tinyConfig('rnn'),
      new Map([
        ['embedding', Float32Array.of(0.5, -1)],
        ['layers.0.inputKernel', Float32Array.of(2)],
        ['layers.0.recurrentKernel', Float32Array.of(0.5)],
        ['layers.0.bias', Float32Array.of(0.1)],
        ['projection', Float32Array.of(3)],
        ['outputBias', Float32Array.of(0.2, 0)],
      ]),
      'tiny',
    );
    const first = network.next(network.start(), 0);
    // tanh(2 · 0.5 + 0.1) = tanh(1.1)
    close(first.values[0], 0.8004990218);
    const second = network.next(first, 1);
    // tanh(2 · −1 + 0.1 + 0.5 · 0.800499) = tanh(−1.49975049)
    close(second.values[0], -0.9051029);
    const probs = new Float32Array(2);
    network.predict(first, probs);
    // logits 0.5 · 3 · 0.800499 + 0.2 = 1.400749 and −2.401497; p = 1 / (1 + e^(−3.802246))
    close(probs[0], 0.9781668);
    close(probs[0] + probs[1], 1);
  });

  it('steps an LSTM with the gates in the order i f c o', () => {
    const network = new ReferenceNetwork(
      tinyConfig('lstm'),
      new Map([
        ['embedding', Float32Array.of(1, 0)],
        ['layers.0.inputKernel', Float32Array.of(1, 2, 0.5, -1)],
        ['layers.0.recurrentKernel', Float32Array.of(0, 0, 1, 0)],
        ['layers.0.bias', Float32Array.of(0, 0, 0, 1)],
        ['projection', Float32Array.of(1)],
        ['outputBias', Float32Array.of(0, 0)],
      ]),
      'tiny',
    );
    const first = network.next(network.start(), 0);
    // c = σ(1) tanh(0.5) = 0.7310586 · 0.4621172, h = σ(0) tanh(c)
    close(first.values[1], 0.3378347);
    close(first.values[0], 0.1627715);
    const second = network.next(first, 0);
    // c = σ(2) 0.3378347 + σ(1) tanh(0.5 + 0.1627715) = 0.8807971 · 0.3378347 + 0.7310586 · 0.5802049
    close(second.values[1], 0.7217276);
    close(second.values[0], 0.3089891);
  });

  it('steps a GRU with the gates in the order z r h and the reset after the product', () => {
    const network = new ReferenceNetwork(
      tinyConfig('gru'),
      new Map([
        ['embedding', Float32Array.of(1, 0)],
        ['layers.0.inputKernel', Float32Array.of(0.5, 1, -1)],
        ['layers.0.recurrentKernel', Float32Array.of(1, 1, 2)],
        ['layers.0.bias', Float32Array.of(0, 0, 0)],
        ['layers.0.recurrentBias', Float32Array.of(0, 0, 0.5)],
        ['projection', Float32Array.of(1)],
        ['outputBias', Float32Array.of(0, 0)],
      ]),
      'tiny',
    );
    const first = network.next(network.start(), 0);
    // z = σ(0.5) = 0.6224593, r = σ(1) = 0.7310586, h̃ = tanh(−1 + 0.7310586 · 0.5) = tanh(−0.6344707)
    close(first.values[0], (1 - 0.6224593312) * Math.tanh(-1 + 0.7310585786 * 0.5));
    const h = first.values[0];
    const second = network.next(first, 1);
    const updateGate = 1 / (1 + Math.exp(-h));
    close(
      second.values[0],
      updateGate * h + (1 - updateGate) * Math.tanh((1 / (1 + Math.exp(-h))) * (2 * h + 0.5)),
    );
  });

  it('adds each further layer to what comes from below', () => {
    const shared = { kernel: Float32Array.of(1), bias: Float32Array.of(0) };
    const network = new ReferenceNetwork(
      tinyConfig('rnn', 2),
      new Map([
        ['embedding', Float32Array.of(1, -1)],
        ['layers.0.inputKernel', shared.kernel],
        ['layers.0.recurrentKernel', shared.kernel],
        ['layers.0.bias', shared.bias],
        ['layers.1.inputKernel', shared.kernel],
        ['layers.1.recurrentKernel', shared.kernel],
        ['layers.1.bias', shared.bias],
        ['projection', shared.kernel],
        ['outputBias', Float32Array.of(0, 0)],
      ]),
      'tiny',
    );
    const state = network.next(network.start(), 0);
    const lower = Math.tanh(1);
    const upper = Math.tanh(lower);
    close(state.values[0], lower);
    close(state.values[1], upper);
    const probs = new Float32Array(2);
    network.predict(state, probs);
    close(probs[0], 1 / (1 + Math.exp(-2 * (lower + upper))));
  });

  it('predicts a distribution, leaves its input states alone and agrees with its batched form', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CELL_KINDS),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat(10), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (architecture, numLayers, tokenIds, seed) => {
          const config = { architecture, vocabSize: 11, embeddingSize: 3, hiddenSize: 5, numLayers };
          const network = new ReferenceNetwork(config, randomWeights(config, seed), 'random');
          let state = network.start();
          for (const tokenId of tokenIds) {
            const before = state.values.slice();
            const after = network.next(state, tokenId);
            assert.deepEqual(state.values, before);
            assert.deepEqual(network.nextMany([state, state], [tokenId, tokenId]), [after, after]);
            state = after;
          }
          const probs = new Float32Array(11);
          network.predict(state, probs);
          assert.ok(Math.abs(probs.reduce((a, b) => a + b, 0) - 1) < 1e-6);
          const batched = [new Float32Array(11), new Float32Array(11)];
          network.predictMany([state, state], batched);
          assert.deepEqual(batched, [probs, probs]);
        },
      ),
      { numRuns: 50 },
    );
  });
});
