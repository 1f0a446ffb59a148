import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { GeneratorModel } from '../../../src/completion/generatorModel';
import type { OpenedHalf } from '../../../src/completion/half/openHalf';
import { encodeCheckpoint } from '../../../src/model/checkpoint/checkpoint';
import type { Expert } from '../../../src/model/expert';
import { gateSize, HALF_OFFSET, KINDS_OFFSET } from '../../../src/model/mixture/gateParameters';
import type { CellKind, NetworkConfig } from '../../../src/model/networkConfig';
import type { StatusReport } from '../../../src/protocol/generatorProtocol';
import { kernelBytes } from '../../support/kernelBytes';
import { good, serve, stopServers } from '../../support/servedModel';
import { shippedTokenizer } from '../../support/shippedTokenizer';
import { randomWeights } from '../model/network/randomWeights';

const { vocabSize } = shippedTokenizer;
const [right] = shippedTokenizer.encode('lamp');

/** Holds one token for likely at every place, and counts how often it was closed. */
function halfFor(tokenId: number): OpenedHalf & { closed: number } {
  const predict = (_state: unknown, probs: Float32Array): void => {
    probs.fill(0.1 / (vocabSize - 1));
    probs[tokenId] = 0.9;
  };
  const opened = { description: `token ${tokenId}`, closed: 0 };
  const expert: Expert = {
    name: 'half',
    vocabSize,
    start: () => 0,
    next: () => 0,
    nextMany: (states) => states.map(() => 0),
    predict,
    predictMany: (states, probs) => {
      states.forEach((state, i) => {
        predict(state, probs[i]);
      });
    },
    dispose: () => {
      opened.closed++;
    },
  };
  return Object.assign(opened, { expert });
}

describe('the models that the generator answers with', () => {
  let folder: string;
  let told: StatusReport[];
  const path = (name: string) => join(folder, `${name}.safetensors`);
  /** @param trust of each context length, in the gate; null for a model that has none */
  const save = (
    name: string,
    architecture: CellKind,
    trust: number | null,
    tokenizer: unknown = shippedTokenizer.toJson(),
  ): void => {
    const config: NetworkConfig = {
      architecture,
      vocabSize,
      embeddingSize: 8,
      hiddenSize: 16,
      numLayers: 1,
    };
    const gate = trust === null ? null : new Float32Array(gateSize(vocabSize)).fill(trust);
    const weights = randomWeights(config, 3);
    writeFileSync(path(name), encodeCheckpoint({ config, weights, tokenizer, training: {}, gate }));
  };
  const make = (
    base: string | null = null,
    warn: (sentence: string) => void = (sentence) => assert.fail(sentence),
  ): GeneratorModel => {
    const files = {
      kernelPath: join(folder, 'kernel.wasm'),
      tokenizerPath: resolve('models/base/tokenizer.json'),
      baseModelPath: base === null ? null : path(base),
    };
    return new GeneratorModel(files, warn, (status) => told.push(status));
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-models-'));
    writeFileSync(join(folder, 'kernel.wasm'), await kernelBytes());
    save('base', 'lstm', 0.25);
    save('personal', 'gru', 0.5);
    save('imported', 'rnn', null);
    const other = shippedTokenizer.toJson() as { model: { merges: unknown[] } };
    save('otherTokenizer', 'gru', null, {
      ...other,
      model: { ...other.model, merges: other.model.merges.toReversed() },
    });
    save('otherKind', 'gru', null, { model: { type: 'WordPiece' } });
    writeFileSync(path('damaged'), 'no model at all');
  });
  beforeEach(() => {
    told = [];
  });
  afterEach(stopServers);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it('are named by the personal network, else by the base network', () => {
    const model = make();
    assert.equal(model.hasNetwork, false);
    assert.equal(model.useNetwork('personal', null), 'no network');
    assert.match(model.useNetwork('base', path('base')), /^lstm 16, 0\.\d M parameters$/);
    assert.equal(model.hasNetwork, true);
    assert.match(model.useNetwork('personal', path('personal')), /^gru 16,/);
    assert.match(model.useNetwork('base', null), /^gru 16,/);
    assert.equal(model.hasNetwork, true);
    assert.equal(model.useNetwork('personal', null), 'no network');
    assert.equal(model.hasNetwork, false);
    model.useHalf(halfFor(right));
    assert.equal(model.hasNetwork, true);
  });

  it('are not replaced by what cannot be used, which is said', () => {
    const model = make('base');
    model.useNetwork('personal', path('personal'));
    const { mixture } = model;
    for (const [name, sentence] of [
      ['otherTokenizer', /"otherTokenizer.safetensors" was trained with another tokenizer.*Train it again/],
      ['otherKind', /"otherKind.safetensors" was trained with another tokenizer/],
      ['damaged', /damaged.safetensors/],
      ['missing', /missing.safetensors cannot be read/],
    ] as const) {
      assert.throws(() => model.useNetwork('personal', path(name)), sentence);
      assert.throws(() => model.useNetwork('base', path(name)), sentence);
    }
    assert.equal(model.mixture, mixture);
    const warnings: string[] = [];
    const without = make('damaged', (sentence) => warnings.push(sentence));
    assert.equal(without.hasNetwork, false);
    assert.match(warnings.join(), /^Suggestions work without the base model\. .*damaged\.safetensors/);
  });

  it('are trusted as the personal network has learned, else as the base network has, and keep the live text', () => {
    const model = make('base');
    const { workspace } = model.mixture;
    const trust = () => model.mixture.gate.parameters[0];
    assert.equal(trust(), 0.25);
    model.useNetwork('personal', path('personal'));
    assert.equal(trust(), 0.5);
    model.useNetwork('personal', path('imported'));
    assert.equal(trust(), 0.25, 'One from elsewhere has learned nothing.');
    model.useNetwork('personal', path('personal'));
    model.useNetwork('personal', null);
    assert.equal(trust(), 0.25);
    assert.equal(model.mixture.workspace, workspace);
  });

  it('keep what the language model has earned where a network is changed, and all but that where it is changed itself', () => {
    const model = make('base');
    const [first, second] = [halfFor(right), halfFor(right)];
    assert.deepEqual(model.useHalf(first), { description: `token ${right}`, away: null });
    const unknown = model.mixture.halfWeight!;
    const learn = () => {
      for (let i = 0; i < 300; i++) {
        model.mixture.scoreAndLearn(model.mixture.start(), right);
      }
    };
    learn();
    const earned = model.mixture.halfWeight!;
    assert.ok(earned > unknown + 0.3, `${unknown} became ${earned}`);
    model.useNetwork('personal', path('imported'));
    assert.equal(model.mixture.halfWeight, earned);
    learn();
    const allButHalf = () => {
      const { parameters } = model.mixture.gate;
      return [...parameters.subarray(0, HALF_OFFSET), ...parameters.subarray(KINDS_OFFSET)];
    };
    const learned = allButHalf();
    assert.ok(learned.some((parameter) => parameter !== 0.25));
    model.useHalf(second);
    assert.ok(model.mixture.halfWeight < unknown + 0.1, `${model.mixture.halfWeight}`);
    assert.deepEqual(allButHalf(), learned);
    assert.deepEqual([first.closed, second.closed], [1, 0]);
    assert.deepEqual(model.useHalf(null), { description: '', away: null });
    assert.deepEqual([second.closed, model.mixture.halfWeight], [1, null]);
  });

  it('close a masked model that is replaced', () => {
    const model = make();
    const closed: string[] = [];
    const masked = (name: string) => ({
      description: name,
      logJoins: () => Promise.resolve(null),
      dispose: () => closed.push(name),
    });
    const [first, second] = [masked('first'), masked('second')];
    model.useMasked(first);
    model.useMasked(second);
    assert.deepEqual([model.masked, closed], [second, ['first']]);
    model.useMasked(null);
    assert.deepEqual([model.masked, closed], [null, ['first', 'second']]);
  });

  it('tell whether the language model in use is away, and nothing of another', async () => {
    const model = make();
    const server = await serve(good);
    const { address, port } = server;
    await server.stop();
    const { signal } = new AbortController();
    const open = () => model.openHalf({ kind: 'server', address, model: 'small' }, signal);
    const [used, unused] = [await open(), await open()];
    assert.deepEqual(told, [], 'None is in use.');
    const { description, away } = model.useHalf(used);
    assert.match(description, /^small on /);
    assert.match(away!, /cannot be reached/);
    await serve(good, port);
    const ask = ({ expert }: OpenedHalf) => expert.readiness!.prepare([expert.next(expert.start(), right)]);
    await ask(unused);
    assert.deepEqual(told, []);
    await ask(used);
    assert.deepEqual(
      told.map(({ model: whose, state }) => [whose, state]),
      [['half', 'answering']],
    );
    assert.equal(model.useHalf(unused).away, null);
    model.useHalf(null);
  });
});
