import assert from 'node:assert/strict';
import { calibrateGate } from '../../../../src/model/evaluate/calibrateGate';
import { scoreText } from '../../../../src/model/evaluate/scoreText';
import { LEVELS } from '../../../../src/model/mixture/gateParameters';
import { Mixture } from '../../../../src/model/mixture/mixture';
import { ReferenceNetwork } from '../../../support/reference/referenceNetwork';
import { randomWeights } from '../network/randomWeights';

const VOCAB = 9;
/** All tokens have the same kind. */
const ALIKE = new Uint8Array(VOCAB);

/** A network that always predicts mostly one token. */
function biased(name: string, tokenId: number): ReferenceNetwork {
  const config = {
    architecture: 'rnn' as const,
    vocabSize: VOCAB,
    embeddingSize: 2,
    hiddenSize: 2,
    numLayers: 1,
  };
  const weights = randomWeights(config, 1);
  weights.get('embedding')!.fill(0);
  weights.get('outputBias')!.fill(0)[tokenId] = 6;
  return new ReferenceNetwork(config, weights, name);
}

const repeated = (pattern: readonly number[], length: number) =>
  Int32Array.from({ length }, (_, i) => pattern[i % pattern.length]);

describe('scoreText', () => {
  it('measures a network by the text alone: log2 of its probabilities over the bytes', async () => {
    const network = biased('base', 3);
    const probs = new Float32Array(VOCAB);
    network.predict(network.start(), probs);
    const mixture = new Mixture({ kinds: ALIKE, networks: [network], gate: null });
    const documents = [{ uri: 'a', tokens: Int32Array.of(3, 3, 4), bytes: 6 }];
    const score = await scoreText(mixture, documents);
    const expected = -(2 * Math.log2(probs[3]) + Math.log2(probs[4])) / 6;
    assert.ok(Math.abs(score.bitsPerByte['base'] - expected) < 1e-6);
    assert.deepEqual([score.bytes, score.tokens], [6, 3]);
    assert.deepEqual(Object.keys(score.bitsPerByte), ['base', 'counts', 'copy', 'mix']);
  });

  it('knows nothing of a document before it reads it: the first pass over a surprise costs what chance costs', async () => {
    const mixture = new Mixture({ kinds: ALIKE, networks: [], gate: null });
    const once = [{ uri: 'a', tokens: Int32Array.of(5), bytes: 1 }];
    const { bitsPerByte } = await scoreText(mixture, once);
    assert.ok(Math.abs(bitsPerByte['mix'] - Math.log2(VOCAB)) < 1e-6);
  });

  it('finds text of a learned file cheap, and leaves the learned files as they were', async () => {
    const pattern = [1, 5, 2, 7, 3, 8, 4, 6];
    const mixture = new Mixture({ kinds: ALIKE, networks: [], gate: null });
    mixture.workspace.learnFile('learned', repeated(pattern, 400), false);
    const documents = [{ uri: 'new', tokens: repeated(pattern, 80), bytes: 80 }];
    const { bitsPerByte } = await scoreText(mixture, documents);
    assert.ok(bitsPerByte['mix'] < 0.5, `${bitsPerByte['mix']}`);
    assert.ok(bitsPerByte['copy'] < 1);
    assert.equal(mixture.workspace.tokenCount, 400);
    assert.equal(mixture.workspace.document.length, 0);
  });

  it('knows of a document nothing that it has read in the one before', async () => {
    const scoreOf = async (...names: string[]) => {
      const mixture = new Mixture({ kinds: ALIKE, networks: [], gate: null });
      const tokens = Int32Array.of(1, 5, 2, 7, 3, 8, 4, 6);
      return scoreText(
        mixture,
        names.map((uri) => ({ uri, tokens, bytes: tokens.length })),
      );
    };
    const [one, two] = [await scoreOf('a'), await scoreOf('a', 'b')];
    for (const name of ['mix', 'counts', 'copy']) {
      assert.ok(Math.abs(two.bitsPerByte[name] - one.bitsPerByte[name]) < 1e-6, name);
    }
  });

  it('can be stopped by its progress callback', async () => {
    const mixture = new Mixture({ kinds: ALIKE, networks: [], gate: null });
    const documents = [{ uri: 'a', tokens: repeated([1, 2], 5000), bytes: 5000 }];
    const stop = new Error('stop');
    await assert.rejects(
      scoreText(mixture, documents, ({ tokens, totalTokens }) => {
        assert.deepEqual([tokens, totalTokens], [1024, 5000]);
        throw stop;
      }),
      stop,
    );
  });
});

describe('calibrateGate', () => {
  it('shifts trust to the network that predicts the held-out text', async () => {
    // No pair of tokens repeats, so the counts predict nothing.
    const heldOut = [{ uri: 'new', tokens: repeated([3], 300), bytes: 300 }];
    const { gate, before, after } = await calibrateGate({
      kinds: new Uint8Array(VOCAB),
      base: biased('base', 7),
      candidates: [biased('personal', 3)],
      gate: null,
      learned: [{ uri: 'old', tokens: Int32Array.of(1, 2) }],
      heldOut,
    });
    assert.ok(after.bitsPerByte['mix'] < before.bitsPerByte['mix']);
    assert.deepEqual(Object.keys(after.bitsPerByte), ['base', 'personal', 'counts', 'copy', 'mix']);
    const networks = [biased('base', 7), biased('personal', 3)];
    const mixture = new Mixture({ kinds: ALIKE, networks, gate });
    const weights = new Map(mixture.explain(mixture.start()).map(({ name, weight }) => [name, weight]));
    assert.ok(weights.get('personal')! > weights.get('base')!);
    const fresh = new Mixture({ kinds: ALIKE, networks, gate: null }).gate.parameters;
    const changed = [...gate.keys()].filter((i) => gate[i] !== fresh[i]);
    assert.ok(
      changed.length > 0 && changed.length <= 2 * (LEVELS + 1),
      'only the trust in networks is learned',
    );
  });

  it('scores the mix with the earlier personal network on the same text', async () => {
    const heldOut = [{ uri: 'new', tokens: repeated([3], 300), bytes: 300 }];
    const job = {
      kinds: new Uint8Array(VOCAB),
      base: null,
      candidates: [biased('personal', 3)],
      gate: null,
      learned: [],
      heldOut,
    };
    const { before, after, earlier } = await calibrateGate({ ...job, earlier: biased('personal', 7) });
    assert.ok(after.bitsPerByte['mix'] < earlier!.bitsPerByte['mix']);
    const swapped = await calibrateGate({
      ...job,
      candidates: [biased('personal', 7)],
      earlier: job.candidates[0],
    });
    assert.equal(swapped.after.bitsPerByte['mix'], earlier!.bitsPerByte['mix']);
    assert.equal(swapped.before.bitsPerByte['mix'], before.bitsPerByte['mix']);
    assert.equal((await calibrateGate(job)).earlier, null);
  });

  it('chooses the candidate whose mix does best, with its gate', async () => {
    const heldOut = [{ uri: 'new', tokens: repeated([3], 300), bytes: 300 }];
    const job = {
      kinds: new Uint8Array(VOCAB),
      base: biased('base', 5),
      gate: null,
      learned: [],
      heldOut,
    };
    const [good, bad] = [biased('personal', 3), biased('personal', 7)];
    const alone = await calibrateGate({ ...job, candidates: [good] });
    const last = await calibrateGate({ ...job, candidates: [bad, good], earlier: bad });
    assert.deepEqual([alone.chosen, last.chosen], [0, 1]);
    assert.deepEqual([last.after, last.gate], [alone.after, alone.gate]);
    assert.ok(last.earlier!.bitsPerByte['mix'] > last.after.bitsPerByte['mix']);
  });
});
