import assert from 'node:assert/strict';
import type { OpenedMasked } from '../../../src/completion/masked/openMasked';
import { RequestWork } from '../../../src/completion/requestWork';
import { DEFAULT_SAMPLING, type SamplingOptions } from '../../../src/model/samplingOptions';
import type { AnsweredRequest, GeneratorResponse } from '../../../src/protocol/generatorProtocol';
import { CountingMixture } from '../../support/countingMixture';
import { complete, documentAt, generate, TestModel } from '../../support/generatorTrial';

/** Runs all steps of a request. */
async function answer(
  request: AnsweredRequest,
  model = new TestModel(),
  newSeed = () => 42,
): Promise<{ response: GeneratorResponse; parts: string[] }> {
  const parts: string[] = [];
  const work = new RequestWork(model, newSeed);
  const steps = work.begin(request, (part) => parts.push(part));
  for (;;) {
    const { done, value } = steps.next();
    if (done) {
      return { response: value, parts };
    }
    await value;
  }
}
async function completed(request: AnsweredRequest, model?: TestModel) {
  const { response } = await answer(request, model);
  assert.ok(response.kind === 'completed');
  return response;
}

describe('a completion', () => {
  it('is ghost text, with how sure it is', async () => {
    const response = await completed(complete(1, 'The committee app█'));
    assert.equal(response.insertText, 'roved the annual budget.');
    assert.equal(response.id, 1);
    assert.ok(response.confidence > 0.5);
  });

  const silent: [marked: string, reason: string][] = [
    ['Zebra quartz█', 'lowConfidence'],
    ['commit█tee', 'midWord'],
    ['█', 'empty'],
    ['The committee █approved', 'midWord'],
    ['The committee approved█ the annual budget.', 'repeatsSuffix'],
  ];
  for (const [marked, reason] of silent) {
    it(`says why there is none: ${reason} at ${marked}`, async () => {
      const { insertText, noSuggestionReason } = await completed(complete(1, marked));
      assert.deepEqual([insertText, noSuggestionReason], ['', reason]);
    });
  }

  it('says that it knows nothing yet', async () => {
    const model = new TestModel();
    model.hasNetwork = false;
    const reasonAt = async (marked: string) =>
      (await completed(complete(1, marked), model)).noSuggestionReason;
    assert.equal(await reasonAt('Zebra quartz█'), 'notReady');
    assert.equal(await reasonAt('█'), 'empty', 'which would be so with any model');
    model.mixture.workspace.learnFile('b', model.tokenizer.encode('A file.'));
    assert.equal(await reasonAt('Zebra quartz█'), 'lowConfidence');
  });

  it('is ranked by a masked model where it may be waited for and text stands right of the cursor', async () => {
    const joining = (beginning: string): OpenedMasked => ({
      description: `joins what begins with "${beginning}" best`,
      logJoins: (_left, insertions) =>
        Promise.resolve(insertions.map((text) => (text.startsWith(beginning) ? 0 : -30))),
      dispose: () => undefined,
    });
    const textsAt = (marked: string, isPatient: boolean) =>
      Promise.all(
        [' approved', ' met'].map(async (beginning) => {
          const model = new TestModel();
          const { tokenizer } = model;
          const lesson = 'The committee approved it. The committee met us. '.repeat(3);
          model.mixture = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(lesson)]);
          model.masked = joining(beginning);
          return (await completed({ ...complete(1, marked), isPatient }, model)).insertText;
        }),
      );
    const [approved, met] = await textsAt('The committee█ again.', true);
    assert.match(approved, /^ approved/);
    assert.match(met, /^ met/);
    assert.equal(new Set(await textsAt('The committee█ again.', false)).size, 1);
    assert.equal(new Set(await textsAt('The committee█', true)).size, 1);
  });
});

describe('a text that may hold secrets', () => {
  it('is not shown to a masked model', async () => {
    const askedWhen = async (isSecret: boolean) => {
      const model = new TestModel();
      let asked = 0;
      model.masked = {
        description: 'counts how often it is asked',
        logJoins: (_left, insertions) => {
          asked++;
          return Promise.resolve(insertions.map(() => 0));
        },
        dispose: () => undefined,
      };
      const request = complete(1, 'The committee█ again.');
      await answer({ ...request, document: { ...request.document, isSecret }, isPatient: true }, model);
      return asked;
    };
    assert.ok((await askedWhen(false)) > 0);
    assert.equal(await askedWhen(true), 0);
  });

  it('is not shown to a language model that has to be asked', async () => {
    const requests = [
      { ...complete(1, 'The committee app█'), isPatient: true },
      generate(1, 'The committee█'),
      { ...generate(1, 'The committee█'), kind: 'inspect', topCount: 1 } as const,
    ];
    for (const request of requests) {
      const askedWhen = async (isSecret: boolean) => {
        const model = new TestModel();
        let asked = 0;
        model.mixture.prepare = () => {
          asked++;
          return Promise.resolve();
        };
        const document = { ...request.document, isSecret };
        await answer({ ...request, document }, model);
        return asked;
      };
      assert.ok((await askedWhen(false)) > 0, request.kind);
      assert.equal(await askedWhen(true), 0, request.kind);
    }
  });
});

describe('a generation', () => {
  it('gives its text as it comes', async () => {
    const { response, parts } = await answer(generate(1, 'The committee█'));
    assert.ok(response.kind === 'generated' && parts.length > 1);
    assert.equal(parts.join(''), response.text);
  });

  it('is a few words, like the panel’s sample, even where the text has most likely ended', async () => {
    const model = new TestModel();
    const { tokenizer } = model;
    const ended = [...tokenizer.encode('The committee met.'), tokenizer.endOfTextId];
    model.mixture = new CountingMixture(tokenizer.vocabSize, [[...ended, ...ended]]);
    for (const beamWidth of [1, 3]) {
      const request = generate(1, 'The committee met.█');
      const sampling = { ...request.sampling, greedy: true, beamWidth };
      const { response } = await answer({ ...request, sampling }, model);
      assert.ok(response.kind === 'generated');
      assert.match(response.text, /\w/);
      const inspect = { ...request, kind: 'inspect', topCount: 1, sampling } as const;
      const inspected = await answer(inspect, model);
      assert.ok(inspected.response.kind === 'inspected');
      assert.equal(inspected.response.sample, response.text);
    }
  });
});

describe('a generation by search', () => {
  it('is the likeliest text, where one drawn step by step is another each time, and a single beam the nearest', async () => {
    const model = new TestModel();
    const { tokenizer } = model;
    const lesson = ['by night.', 'by day.', 'by noon.', 'on foot again.', 'on foot again.'];
    model.mixture = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode(lesson.map((end) => `They came ${end}\n`).join('')),
    ]);
    let seed = 0;
    const textBy = async (sampling: Partial<SamplingOptions>) => {
      const request = generate(1, 'They came█', 4);
      const { response } = await answer(
        { ...request, sampling: { ...request.sampling, ...sampling } },
        model,
        () => seed++,
      );
      assert.ok(response.kind === 'generated');
      return response.text;
    };
    assert.match(await textBy({ greedy: true, beamWidth: 1 }), /^ by/);
    assert.match(await textBy({ greedy: true, beamWidth: 2 }), /^ on foot again/);
    const drawn = new Set<string>();
    for (let i = 0; i < 20; i++) {
      drawn.add(
        (await textBy({ greedy: false, beamWidth: 2, temperature: 1, topK: 0, topP: 1 })).slice(0, 3),
      );
    }
    assert.ok(drawn.has(' by') && drawn.has(' on'));
  });
});

describe('an inspection', () => {
  const inspect = (marked: string, sampling: Partial<SamplingOptions> = {}) =>
    ({
      ...generate(1, marked),
      kind: 'inspect',
      topCount: 1,
      sampling: { ...DEFAULT_SAMPLING, ...sampling },
    }) as const;

  it('samples a little of the text to come, however long a text is asked for, and says whether it goes on', async () => {
    const model = new TestModel();
    const { tokenizer } = model;
    const ending = ' must end in a while, early or late, and this is where.';
    const long = Array.from({ length: 99 }, (_, i) => ` ${i + 100}`).join('');
    model.mixture = new CountingMixture(tokenizer.vocabSize, [
      [...tokenizer.encode(`All of it${ending}`), tokenizer.endOfTextId],
      tokenizer.encode(`Count${long}`),
    ]);
    const sampleAt = async (marked: string, maxNewTokens: number) => {
      const { response } = await answer(inspect(marked, { greedy: true, maxNewTokens }), model);
      assert.ok(response.kind === 'inspected');
      return [response.sample, response.isSampleCut] as const;
    };
    const [sample, isCut] = await sampleAt('Count 100█', 400);
    assert.ok(isCut && sample.length > 40 && long.startsWith(` 100${sample}`), sample);
    assert.ok(tokenizer.encode(sample).length <= 42, 'about 40 tokens, which may end in a character');
    const [short] = await sampleAt('Count 100█', 3);
    assert.ok(short.length < 15 && sample.startsWith(short), short);
    assert.deepEqual(await sampleAt('All of it█', 400), [ending, false]);
  });

  it('waits for a language model that has to be asked before it shows anything', async () => {
    const model = new TestModel();
    const order: string[] = [];
    const { mixture } = model;
    const predict = mixture.predict.bind(mixture);
    mixture.predict = (...given) => {
      order.push('shown');
      predict(...given);
    };
    mixture.prepare = () => {
      order.push('asked');
      return new Promise((resolve) => {
        setImmediate(() => {
          order.push('answered');
          resolve();
        });
      });
    };
    await answer(inspect('The committee app█'), model);
    assert.deepEqual(order.slice(0, 3), ['asked', 'answered', 'shown']);
  });

  it('shows the next words with their probabilities, by expert, and a sample', async () => {
    const { response } = await answer({
      kind: 'inspect',
      id: 1,
      document: documentAt('The committee app█'),
      sampling: { ...DEFAULT_SAMPLING, greedy: true },
      topCount: 5,
    });
    assert.ok(response.kind === 'inspected');
    const [first] = response.candidates;
    assert.ok('roved'.startsWith(first.text));
    assert.ok(first.probability > 0.5 && first.byExpert['counts'] > first.byExpert['uniform']);
    assert.deepEqual(response.expertWeights, { counts: 0.75, uniform: 0.25 });
    assert.match(response.sample, /^roved/);
  });

  it('shows a character of several tokens whole, as likely as all of them together', async () => {
    const model = new TestModel();
    const { tokenizer } = model;
    const lamp = tokenizer.encode('灯');
    assert.ok(lamp.length > 1);
    model.mixture = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode('点灯。点灯。点心。')]);
    const { response } = await answer(
      {
        kind: 'inspect',
        id: 1,
        document: documentAt('点灯。点█'),
        sampling: { ...DEFAULT_SAMPLING, greedy: true },
        topCount: 3,
      },
      model,
    );
    assert.ok(response.kind === 'inspected');
    const [first, second] = response.candidates;
    assert.deepEqual([first.text, second.text], ['灯', '心']);
    assert.ok(first.probability > 0.5 && first.probability < 0.7, String(first.probability));
    assert.ok(first.byExpert['counts'] > 0.5 && first.byExpert['uniform'] < 1e-4);
  });

  it('shows the likeliest first, also where another begins with a likelier token', async () => {
    const model = new TestModel();
    const { tokenizer } = model;
    assert.equal(tokenizer.encode('灯')[0], tokenizer.encode('灰')[0]);
    const lesson = '点灯。点灰。点心。点灯。点灰。点心。点灯。点灰。点心。点心。';
    model.mixture = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(lesson)]);
    const { response } = await answer(
      { kind: 'inspect', id: 1, document: documentAt('点灯。点█'), sampling: DEFAULT_SAMPLING, topCount: 3 },
      model,
    );
    assert.ok(response.kind === 'inspected');
    const [first, second] = response.candidates;
    assert.equal(first.text, '心');
    assert.ok(first.probability > second.probability);
  });
});
