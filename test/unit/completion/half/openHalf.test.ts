import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { openHalf } from '../../../../src/completion/half/openHalf';
import { DeferredModel } from '../../../../src/model/bridge/deferredModel';
import { exportKeras } from '../../../../src/model/keras/personal/exportKeras';
import { SteppedModel } from '../../../../src/model/keras/steppedModel';
import { ReferenceNetwork } from '../../../support/reference/referenceNetwork';
import { quantizeWeights } from '../../../../src/model/network/quantizedMatrix';
import type { RecurrentConfig } from '../../../../src/model/networkConfig';
import type { ModelStatus } from '../../../../src/protocol/generatorProtocol';
import { tokenizerOf } from '../../../support/randomForeign';
import { shippedTokenizer as tokenizer } from '../../../support/shippedTokenizer';
import { randomWeights } from '../../model/network/randomWeights';

const config: RecurrentConfig = {
  architecture: 'lstm',
  vocabSize: tokenizer.vocabSize,
  embeddingSize: 12,
  hiddenSize: 16,
  numLayers: 1,
};

describe('A Keras model chosen as the language model', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'understudy-half-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const statuses: ModelStatus[] = [];
  async function open(vocabSize: number, vocabulary: unknown) {
    const path = join(folder, 'own.keras');
    const own = { ...config, vocabSize };
    const weights = quantizeWeights(own, randomWeights(own, 1));
    const training = { steps: 1, engine: 'a test' };
    const json: unknown = tokenizer.toJson();
    writeFileSync(
      path,
      await exportKeras({ config: own, weights, tokenizer: json, training, gate: null }, 'keras'),
    );
    writeFileSync(join(folder, 'own.tokenizer.json'), JSON.stringify(vocabulary));
    statuses.splice(0);
    const surroundings = {
      tokenizer,
      llamaPath: '',
      onStatus: (status: ModelStatus) => statuses.push(status),
    };
    return { ...(await openHalf({ kind: 'keras', path }, surroundings)), weights };
  }

  it('predicts as it did before it was exported, without a bridge', async () => {
    const { expert, weights } = await open(tokenizer.vocabSize, tokenizer.toJson());
    assert.equal(expert.constructor, DeferredModel);
    const network = new ReferenceNetwork(config, weights, 'own');
    let own = network.start();
    let opened: unknown = expert.start();
    for (const id of [tokenizer.endOfTextId, ...tokenizer.encode('a  \\\\b')]) {
      own = network.next(own, id);
      opened = expert.next(opened, id);
      await expert.readiness!.prepare([opened]);
      const [expected, probs] = [
        new Float32Array(tokenizer.vocabSize),
        new Float32Array(tokenizer.vocabSize),
      ];
      network.predict(own, expected);
      expert.predict(opened, probs);
      assert.ok(probs.every((p, i) => Math.abs(p - expected[i]) < 1e-6));
    }
  });

  it('leaves other work a turn while it is opened, after its vocabulary is read and before it is bridged', async () => {
    const smaller = tokenizerOf('ax xx', 260);
    let turns = 0;
    let isOpen = false;
    const count = async () => {
      for (; !isOpen; turns++) {
        await setImmediate();
      }
    };
    const { parse } = JSON;
    let turnsWhenRead = 0;
    const parsing = mock.method(JSON, 'parse', (...given: Parameters<typeof parse>): unknown => {
      turnsWhenRead = turns;
      return parse(...given);
    });
    const counting = count();
    try {
      await open(smaller.vocabSize, smaller.toJson());
      assert.ok(turns >= turnsWhenRead + 2, `${turns - turnsWhenRead} turns`);
    } finally {
      parsing.mock.restore();
      isOpen = true;
      await counting;
    }
  });

  it('reads a text only when it is waited for, and leaves a turn for other work after each step', async () => {
    const smaller = tokenizerOf('ax xx', 260);
    const steps = mock.method(SteppedModel.prototype, 'next').mock;
    try {
      for (const own of [tokenizer, smaller]) {
        const { expert } = await open(own.vocabSize, own.toJson());
        const ids = [tokenizer.endOfTextId, ...tokenizer.encode('ax and xx, or ax. '.repeat(4))];
        const states = ids.reduce((read, id) => [...read, expert.next(read.at(-1), id)], [expert.start()]);
        assert.equal(steps.callCount(), 0);
        let isReady = false;
        void Promise.all(
          [states.slice(-2), states.slice(-1)].map((some) => expert.readiness!.prepare(some)),
        ).then(() => {
          isReady = true;
        });
        while (!isReady) {
          const before = steps.callCount();
          await setImmediate();
          assert.ok(steps.callCount() <= before + 1, 'one step a turn');
        }
        assert.ok(steps.callCount() > 20);
        assert.ok(expert.readiness!.isReady(states.at(-1)));
        steps.resetCalls();
      }
    } finally {
      steps.restore();
    }
  });

  it('gives no answer, and is reported away once, when a regular expression of its vocabulary does not end', async () => {
    const smaller = tokenizerOf('ax xx', 260);
    const { expert } = await open(smaller.vocabSize, {
      ...(smaller.toJson() as object),
      normalizer: { type: 'Replace', pattern: { Regex: '(x+x+)+y' }, content: '' },
    });
    const after = (text: string) =>
      tokenizer
        .encode(text)
        .reduce((state, id) => expert.next(state, id), expert.next(expert.start(), tokenizer.endOfTextId));
    const before = after('a ');
    await expert.readiness!.prepare([before]);
    assert.ok(expert.readiness!.isReady(before));
    assert.equal(statuses.length, 0);

    const states = [after('x'.repeat(40)), after('xx '.repeat(5)), before];
    await expert.readiness!.prepare(states);
    assert.deepEqual(
      states.map((state) => expert.readiness!.isReady(state)),
      [false, false, false],
    );
    assert.equal(statuses.length, 1);
    assert.match(
      statuses[0].message,
      /^A regular expression in own\.tokenizer\.json did not finish .* repair that file\.$/,
    );
  });

  it('is refused when its vocabulary cannot encode a text', async () => {
    const [cut, bytes] = (tokenizer.toJson() as { pre_tokenizer: { pretokenizers: object[] } }).pre_tokenizer
      .pretokenizers;
    const pretokenizers = [{ ...cut, behavior: 5 }, bytes];
    const vocabulary = {
      ...(tokenizer.toJson() as object),
      pre_tokenizer: { type: 'Sequence', pretokenizers },
    };
    await assert.rejects(open(tokenizer.vocabSize, vocabulary), {
      message:
        'A piece of text cannot be cut into tokens by own.tokenizer.json (it is damaged or of an unknown kind), so the model is not asked any more. Choose another one, or repair that file.',
    });
  });
});
