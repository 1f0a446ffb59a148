import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { gateSize } from '../../../../src/model/mixture/gateParameters';
import { Mixture } from '../../../../src/model/mixture/mixture';
import { ReferenceNetwork } from '../../../support/reference/referenceNetwork';
import { Tokenizer } from '../../../../src/model/tokenizer/tokenizer';
import { tokenKinds } from '../../../../src/model/tokenizer/tokenKinds';
import { randomWeights } from '../network/randomWeights';
import { fewTokens } from './naiveCounts';

const VOCAB = 7;
/** All tokens have the same kind. */
const ALIKE = new Uint8Array(VOCAB);

function network(name: string, seed: number): ReferenceNetwork {
  const config = {
    architecture: 'gru' as const,
    vocabSize: VOCAB,
    embeddingSize: 3,
    hiddenSize: 4,
    numLayers: 1,
  };
  return new ReferenceNetwork(config, randomWeights(config, seed), name);
}

const networkLists = fc
  .integer({ min: 0, max: 2 })
  .map((count) => [network('base', 1), network('personal', 2)].slice(0, count));

function read(mixture: Mixture, tokens: readonly number[]): ReturnType<Mixture['start']> {
  return tokens.reduce((state, tokenId) => mixture.next(state, tokenId), mixture.start());
}

function sumOf(probs: Float32Array): number {
  return probs.reduce((a, b) => a + b, 0);
}

describe('Mixture', () => {
  it('is normalised, equals the weighted sum of its experts and gives each token what scoring says', () => {
    fc.assert(
      fc.property(
        networkLists,
        fewTokens(VOCAB, 60),
        fewTokens(VOCAB, 40),
        fewTokens(VOCAB, 12),
        (networks, file, written, typed) => {
          const mixture = new Mixture({ kinds: ALIKE, networks, gate: null });
          mixture.workspace.learnFile('file', Int32Array.from(file), false);
          mixture.workspace.openDocument('other');
          mixture.workspace.document.append(written);
          const state = read(mixture, typed);
          const probs = new Float32Array(VOCAB);
          mixture.predict(state, probs);
          assert.ok(Math.abs(sumOf(probs) - 1) < 1e-6);
          const experts = mixture.explain(state);
          assert.ok(Math.abs(experts.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-9);
          for (let tokenId = 0; tokenId < VOCAB; tokenId++) {
            const together = experts.reduce((sum, expert) => sum + expert.weight * expert.probs[tokenId], 0);
            assert.ok(Math.abs(together - probs[tokenId]) < 1e-6);
          }
          const next = typed[0] ?? 1;
          assert.ok(Math.abs(mixture.scoreAndLearn(state, next).mix - probs[next]) < 1e-6);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('predicts the same for several states at once, and leaves them as they are', () => {
    const mixture = new Mixture({
      kinds: ALIKE,
      networks: [network('base', 1)],
      gate: null,
    });
    mixture.workspace.learnFile('file', Int32Array.of(1, 2, 3, 1, 2, 3, 1, 2, 4), false);
    const states = [read(mixture, [1, 2]), read(mixture, [3])];
    const together = [new Float32Array(VOCAB), new Float32Array(VOCAB)];
    mixture.predictMany(states, together);
    const longer = mixture.nextMany(states, [3, 1]);
    for (const [i, state] of states.entries()) {
      const alone = new Float32Array(VOCAB);
      mixture.predict(state, alone);
      assert.deepEqual(alone, together[i]);
      const [tokenId] = [[3, 1][i]];
      mixture.predict(mixture.next(state, tokenId), alone);
      const after = new Float32Array(VOCAB);
      mixture.predict(longer[i], after);
      assert.deepEqual(after, alone);
    }
  });

  it('never predicts a file from its own learned text while that file is open', () => {
    const mixture = new Mixture({ kinds: ALIKE, networks: [], gate: null });
    mixture.workspace.learnFile('one/file', Int32Array.of(1, 2, 3, 4, 5, 6), false);
    const probs = new Float32Array(VOCAB);
    const probabilityAfter = (): number => {
      mixture.predict(read(mixture, [1, 2, 3]), probs);
      return probs[4];
    };
    const whileElsewhere = probabilityAfter();
    mixture.workspace.openDocument('one/file');
    const whileOpen = probabilityAfter();
    mixture.workspace.openDocument('elsewhere/another');
    assert.ok(whileElsewhere > 0.5);
    assert.ok(Math.abs(whileOpen - 1 / VOCAB) < 1e-6, `${whileOpen}`);
    assert.equal(probabilityAfter(), whileElsewhere);
  });

  it('learns which expert is right, and that none is when the targets are shuffled', () => {
    const pattern = [1, 2, 3, 4, 5, 6];
    const file = Int32Array.from({ length: 600 }, (_, i) => pattern[i % 6]);
    const bitsOf = (targets: readonly number[]): number => {
      const mixture = new Mixture({
        kinds: ALIKE,
        networks: [network('base', 1)],
        gate: null,
      });
      mixture.workspace.learnFile('file', file, false);
      let state = mixture.start();
      let bits = 0;
      for (const [i, target] of targets.entries()) {
        const { mix } = mixture.scoreAndLearn(state, target);
        bits -= i < targets.length / 2 ? 0 : Math.log2(mix);
        // The state follows the pattern, so that the contexts stay known whatever the targets are.
        state = mixture.next(state, pattern[i % 6]);
      }
      return bits / (targets.length / 2);
    };
    const targets = Array.from({ length: 1200 }, (_, i) => pattern[i % 6]);
    const shuffled = targets.map((_, i) => targets[(i * 7919 + ((i * i) % 101)) % targets.length]);
    assert.ok(bitsOf(targets) < 0.2, 'a known pattern costs little');
    assert.ok(bitsOf(shuffled) > 2, 'what cannot be known costs what chance costs');
  });

  it('sums to one within 1e-6 at each step of a real file', () => {
    const folder = join(__dirname, '../../../..');
    const tokenizer = Tokenizer.fromJson(
      JSON.parse(readFileSync(join(folder, 'models/base/tokenizer.json'), 'utf8')),
    );
    const config = {
      architecture: 'lstm' as const,
      vocabSize: tokenizer.vocabSize,
      embeddingSize: 8,
      hiddenSize: 8,
      numLayers: 1,
    };
    const base = new ReferenceNetwork(config, randomWeights(config, 3), 'base');
    const mixture = new Mixture({
      kinds: tokenKinds(tokenizer),
      networks: [base],
      gate: null,
    });
    const encode = (name: string): Int32Array => tokenizer.encode(readFileSync(join(folder, name), 'utf8'));
    mixture.workspace.learnFile('CONTRIBUTING.md', encode('CONTRIBUTING.md'), false);
    mixture.workspace.openDocument('ARCHITECTURE.md');
    const probs = new Float32Array(tokenizer.vocabSize);
    let state = mixture.start();
    for (const tokenId of encode('ARCHITECTURE.md').subarray(0, 600)) {
      mixture.predict(state, probs);
      assert.ok(Math.abs(sumOf(probs) - 1) < 1e-6);
      assert.ok(probs.every((p) => p > 0));
      mixture.learnGate(state, tokenId);
      mixture.workspace.document.append([tokenId]);
      state = mixture.next(state, tokenId);
    }
  });

  it('starts the gate afresh when its parameters are of another version', () => {
    const other = new Mixture({ kinds: ALIKE, networks: [], gate: new Float32Array(3) });
    const fresh = new Mixture({ kinds: ALIKE, networks: [], gate: null });
    assert.deepEqual(other.gate.parameters, fresh.gate.parameters);
    const learned = new Float32Array(gateSize(VOCAB)).fill(0.5);
    const kept = new Mixture({ kinds: ALIKE, networks: [], gate: learned });
    assert.deepEqual(kept.gate.parameters, learned);
  });
});
