import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OpenedHalf } from '../../../src/completion/half/openHalf';
import type { OpenedMasked } from '../../../src/completion/masked/openMasked';
import { TextGenerator } from '../../../src/completion/textGenerator';
import type { GeneratorRequest, GeneratorResponse } from '../../../src/protocol/generatorProtocol';
import { CountingMixture } from '../../support/countingMixture';
import { complete, generate, LESSON, TestModel } from '../../support/generatorTrial';
import { shippedTokenizer as tokenizer } from '../../support/shippedTokenizer';

class IdleHalf implements OpenedHalf {
  isDisposed = false;
  readonly expert: OpenedHalf['expert'];
  constructor(readonly description: string) {
    const dispose = () => (this.isDisposed = true);
    this.expert = { dispose } as unknown as OpenedHalf['expert'];
  }
}

class IdleMasked implements OpenedMasked {
  isDisposed = false;
  constructor(readonly description: string) {}
  logJoins = (): Promise<null> => Promise.resolve(null);
  dispose(): void {
    this.isDisposed = true;
  }
}

function setUp(model = new TestModel()) {
  const responses: GeneratorResponse[] = [];
  let woken = 0;
  const generator = new TextGenerator(
    model,
    (response) => responses.push(response),
    () => 42,
    () => woken++,
  );
  const finish = () => {
    while (generator.step());
  };
  return { generator, responses, finish, model, wakes: () => woken };
}

const settled = (responses: readonly GeneratorResponse[]) =>
  responses.flatMap((response) =>
    'id' in response && response.kind !== 'generatedPart' ? [response.id] : [],
  );

describe('the generator', () => {
  it('answers the newest request first, also when an older one has begun', () => {
    const { generator, responses, finish } = setUp();
    generator.receive(complete(1, 'The committee app█'));
    generator.step();
    generator.receive(complete(2, 'The committee m█'));
    generator.receive(complete(3, 'The committee a█'));
    finish();
    assert.deepEqual(settled(responses), [3, 2, 1]);
  });

  it('lets a completion overtake a long generation, which then goes on', () => {
    const { generator, responses, finish } = setUp();
    generator.receive(generate(1, 'The committee█'));
    for (let step = 0; step < 5; step++) {
      generator.step();
    }
    generator.receive(complete(2, 'The committee app█'));
    finish();
    assert.deepEqual(settled(responses), [2, 1]);
  });

  it('answers the most urgent kind first, whichever is the newest', () => {
    const inspect = (id: number): GeneratorRequest => ({
      ...generate(id, 'The committee█', 5),
      kind: 'inspect',
      topCount: 1,
    });
    const { generator, responses, finish } = setUp();
    generator.receive(generate(1, 'The committee█', 5));
    generator.receive(inspect(2));
    generator.receive(complete(3, 'The committee app█'));
    generator.receive(inspect(4));
    generator.receive(generate(5, 'The committee█', 5));
    finish();
    assert.deepEqual(settled(responses), [3, 4, 2, 5, 1]);
  });

  it('goes on with a generation in the live text of its own document, also after a completion in another one', () => {
    const { generator, responses, finish, model } = setUp();
    const { mixture } = model;
    const openUris: (string | null)[] = [];
    const predict = mixture.predict.bind(mixture);
    mixture.predict = (...given) => {
      openUris.push(mixture.workspace.openUri);
      predict(...given);
    };
    generator.receive(generate(1, 'The committee█'));
    for (let step = 0; step < 5; step++) {
      generator.step();
    }
    const request = complete(2, 'The committee app█');
    generator.receive({ ...request, document: { ...request.document, uri: 'b' } });
    while (!settled(responses).includes(2)) {
      generator.step();
    }
    assert.equal(openUris.at(-1), 'b');
    openUris.length = 0;
    finish();
    assert.deepEqual(settled(responses), [2, 1]);
    assert.deepEqual([...new Set(openUris)], ['a']);
  });

  it('hears a ping at once, whatever is under way', () => {
    const { generator, responses } = setUp();
    generator.receive(generate(1, 'The committee█'));
    generator.step();
    generator.receive({ kind: 'ping' });
    assert.deepEqual(responses, [{ kind: 'heard' }]);
  });

  it('streams a generation whose parts joined are its text', () => {
    const { generator, responses, finish } = setUp();
    generator.receive(generate(1, 'The committee█'));
    finish();
    const parts = responses.flatMap((response) => (response.kind === 'generatedPart' ? [response.text] : []));
    const last = responses.at(-1)!;
    assert.ok(last.kind === 'generated' && parts.length > 1);
    assert.equal(parts.join(''), last.text);
  });

  it('has learned all that was typed when it is asked to, however fast it was typed', () => {
    const { generator, responses, finish, model } = setUp();
    generator.receive(complete(1, 'The committee█'));
    finish();
    generator.receive(complete(2, 'The committee approved the annual budget in Octo█'));
    while (responses.length < 2) {
      generator.step();
    }
    const { learned } = model.mixture.calls;
    const early = learned.length;
    generator.receive({ kind: 'learnTyped', id: 3 });
    while (responses.length < 3) {
      generator.step();
    }
    assert.deepEqual(responses[2], { kind: 'typedLearned', id: 3 });
    assert.ok(learned.length > early);
    assert.equal(generator.step(), false);
  });

  it('learns nothing from a text that the model itself has written', () => {
    const learnedFrom = (isOwn: boolean): number => {
      const { generator, responses, finish, model } = setUp();
      generator.receive(isOwn ? generate(1, 'The committee█') : complete(1, 'The committee█'));
      finish();
      const { learned } = model.mixture.calls;
      const before = learned.length;
      const written = responses.at(-1)!;
      const text = written.kind === 'generated' ? written.text : ' approved the annual budget.';
      generator.receive(complete(2, `The committee${text}█`));
      finish();
      return learned.length - before;
    };
    assert.equal(learnedFrom(true), 0);
    assert.ok(learnedFrom(false) > 0);
  });

  it('hears a cancellation between tokens and settles with what it has', () => {
    const { generator, responses, finish } = setUp();
    generator.receive(generate(1, 'The committee█', 2000));
    for (let step = 0; step < 12; step++) {
      generator.step();
    }
    generator.receive({ kind: 'cancel', id: 1 });
    finish();
    const last = responses.at(-1)!;
    assert.ok(last.kind === 'generated' && last.stopReason === 'cancelled');
    const parts = responses.flatMap((response) => (response.kind === 'generatedPart' ? [response.text] : []));
    assert.ok(last.text.length > 0);
    assert.equal(last.text, parts.join(''));
  });

  it('a cancelled completion is settled as cancelled, one that is done already not twice', () => {
    const { generator, responses, finish } = setUp();
    generator.receive(complete(1, 'The committee app█'));
    generator.receive({ kind: 'cancel', id: 1 });
    generator.receive(complete(2, 'The committee app█'));
    finish();
    generator.receive({ kind: 'cancel', id: 2 });
    finish();
    assert.deepEqual(settled(responses), [1, 2]);
    assert.ok(responses[0].kind === 'completed' && responses[0].noSuggestionReason === 'cancelled');
  });

  it('uses a new model for the requests after it, and lets what has begun end with the old one', () => {
    const { generator, responses, finish, model } = setUp();
    generator.receive(complete(1, 'The committee app█'));
    generator.step();
    generator.receive({ kind: 'loadModel', id: 2, personalModelPath: 'Rosa' });
    generator.receive(complete(3, 'Rosa knows bet█'));
    finish();
    assert.deepEqual(settled(responses), [1, 2, 3]);
    assert.equal(model.personal, 'Rosa');
    const [first, , third] = responses;
    assert.ok(first.kind === 'completed' && first.insertText === 'roved the annual budget.');
    assert.ok(third.kind === 'completed' && third.insertText === 'ter.');
  });

  for (const kind of ['loadModel', 'loadBase', 'loadHalf'] as const) {
    it(`begins nothing else before ${kind}, which goes before the learning of files`, () => {
      const { generator, responses, finish } = setUp();
      generator.receive({ kind: 'learnFiles', id: 1, files: [{ uri: 'b', text: 'x', recent: true }] });
      generator.receive(complete(2, 'The committee app█'));
      generator.step();
      generator.receive({ kind, id: 3, personalModelPath: null, baseModelPath: null, half: null });
      generator.receive(complete(4, 'The committee app█'));
      finish();
      assert.deepEqual(settled(responses), [2, 3, 4, 1]);
      const first = responses[0];
      assert.ok(first.kind === 'completed' && first.insertText !== '', 'what has begun is not given up');
    });
  }

  it('goes on with suggestions while a new model waits for a long text', () => {
    const { generator, responses, finish, model } = setUp();
    generator.receive(generate(1, 'The committee█', 50));
    generator.step();
    generator.receive({ kind: 'loadModel', id: 2, personalModelPath: 'Rosa' });
    generator.receive(complete(3, 'The committee app█'));
    finish();
    assert.deepEqual(settled(responses), [3, 1, 2]);
    const suggestion = responses.find(({ kind }) => kind === 'completed');
    assert.ok(suggestion?.kind === 'completed' && suggestion.insertText !== '');
    assert.equal(model.personal, 'Rosa');
  });

  it('a model that cannot be used fails its request and leaves the old one in use', () => {
    const { generator, responses, finish } = setUp();
    generator.receive({ kind: 'loadModel', id: 1, personalModelPath: 'damaged' });
    generator.receive(complete(2, 'The committee app█'));
    finish();
    assert.deepEqual(responses[0], {
      kind: 'failed',
      id: 1,
      message: 'The model "damaged" is damaged. Train again.',
    });
    assert.ok(responses[1].kind === 'completed' && responses[1].insertText !== '');
  });

  it('learns files in slices that a completion can overtake', () => {
    const { generator, responses, finish, model } = setUp();
    const text = 'One line of a long file.\n'.repeat(4000);
    generator.receive({ kind: 'learnFiles', id: 1, files: [{ uri: 'b', text, recent: false }] });
    generator.step();
    generator.receive(complete(2, 'The committee app█'));
    finish();
    assert.deepEqual(settled(responses), [2, 1]);
    const tokens = tokenizer.encode(text);
    assert.deepEqual(model.mixture.workspace.files.get('b'), tokens, 'slices change no token');
    assert.deepEqual(responses[1], { kind: 'filesLearned', id: 1, tokens: tokens.length });
  });

  it('slices neither line breaks that are one token nor a character', () => {
    const { generator, finish, model } = setUp();
    const cutAtLineBreaks = `${'word '.repeat(3276)}end.\n\nAnother paragraph.\n`;
    const cutInLine = `a${'😀'.repeat(9000)}`;
    const files = [cutAtLineBreaks, cutInLine].map((text, i) => ({ uri: `${i}`, text, recent: false }));
    generator.receive({ kind: 'learnFiles', id: 1, files });
    finish();
    const learned = files.map(({ uri }) => model.mixture.workspace.files.get(uri)!);
    assert.deepEqual(learned[0], tokenizer.encode(cutAtLineBreaks));
    assert.equal(tokenizer.decode(learned[1]), cutInLine);
  });

  it('predicts anew where it was asked before, once it has learned a file', () => {
    const { generator, finish, model } = setUp();
    const predictionsFor = (request: GeneratorRequest) => {
      const before = model.mixture.calls.predict;
      generator.receive(request);
      finish();
      return model.mixture.calls.predict - before;
    };
    predictionsFor(complete(1, 'The committee app█'));
    const again = predictionsFor(complete(2, 'The committee app█'));
    predictionsFor({ kind: 'learnFiles', id: 3, files: [{ uri: 'b', text: 'Other text.', recent: false }] });
    assert.ok(predictionsFor(complete(4, 'The committee app█')) > again);
  });

  it('forgets a file of empty text', () => {
    const { generator, finish, model } = setUp();
    generator.receive({ kind: 'learnFiles', id: 1, files: [{ uri: 'b', text: 'Words.', recent: true }] });
    generator.receive({ kind: 'learnFiles', id: 2, files: [{ uri: 'b', text: '', recent: true }] });
    finish();
    assert.equal(model.mixture.workspace.files.size, 0);
  });

  it('a fault in one request fails that one alone', () => {
    const model = new TestModel();
    const { generator, responses, finish } = setUp(model);
    model.mixture.predict = () => {
      throw new Error('Out of memory.');
    };
    generator.receive(complete(1, 'The committee app█'));
    finish();
    delete (model.mixture as Partial<CountingMixture>).predict;
    generator.receive(complete(2, 'The committee app█'));
    finish();
    assert.deepEqual(responses[0], { kind: 'failed', id: 1, message: 'Out of memory.' });
    assert.ok(responses[1].kind === 'completed' && responses[1].insertText !== '');
  });

  /** A mixture that is not ready until it is released. */
  function slowSetUp() {
    let release: () => void = () => undefined;
    let isReleased = false;
    class SlowMixture extends CountingMixture {
      override prepare(): Promise<void> | undefined {
        return isReleased ? undefined : new Promise((resolve) => (release = resolve));
      }
    }
    const model = new TestModel();
    model.mixture = new SlowMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON)]);
    const parts = setUp(model);
    return {
      ...parts,
      release: async () => {
        isReleased = true;
        release();
        await settledPromises();
      },
    };
  }

  it('waits for a slow half without holding up other requests, and only for a patient one', async () => {
    const { generator, responses, finish, release, wakes } = slowSetUp();
    generator.receive({ ...complete(1, 'The committee app█'), isPatient: true });
    finish();
    generator.receive(complete(2, 'The committee met in█'));
    finish();
    assert.deepEqual(settled(responses), [2]);
    await release();
    assert.equal(wakes(), 1);
    finish();
    assert.deepEqual(settled(responses), [2, 1]);
  });

  it('gives up what waits for a slow half when a new model is ready, and loads it at once', async () => {
    const { generator, responses, finish, release } = slowSetUp();
    generator.receive({ ...complete(1, 'The committee app█'), isPatient: true });
    finish();
    generator.receive({ kind: 'loadModel', id: 2, personalModelPath: 'Rosa' });
    generator.receive(complete(3, 'Rosa knows bet█'));
    finish();
    const [first, , third] = responses;
    assert.ok(first.kind === 'completed' && first.noSuggestionReason === 'cancelled');
    assert.ok(third.kind === 'completed' && third.insertText === 'ter.');
    await release();
    finish();
    assert.deepEqual(settled(responses), [1, 2, 3]);
  });

  for (const kind of ['generate', 'inspect'] as const) {
    it(`lets what the user asked for end with the old model, however long it waits: ${kind}`, async () => {
      const { generator, responses, finish, release } = slowSetUp();
      generator.receive({ ...generate(1, 'The committee█', 5), kind, topCount: 1 });
      finish();
      generator.receive({ kind: 'loadModel', id: 2, personalModelPath: 'Rosa' });
      finish();
      assert.deepEqual(settled(responses), []);
      generator.receive(complete(3, 'The committee app█'));
      finish();
      generator.receive({ ...complete(4, 'The committee app█'), isPatient: true });
      finish();
      assert.deepEqual(settled(responses), [3], 'suggestions that wait for nothing go on meanwhile');
      await release();
      finish();
      assert.deepEqual(settled(responses), [3, 1, 2, 4]);
      assert.equal(responses.at(-3)!.kind, kind === 'generate' ? 'generated' : 'inspected');
    });
  }

  it('learns files while a text waits for a slow half', () => {
    const { generator, responses, finish } = slowSetUp();
    generator.receive(generate(1, 'The committee█', 5));
    finish();
    generator.receive({ kind: 'learnFiles', id: 2, files: [{ uri: 'b', text: 'x', recent: true }] });
    finish();
    assert.deepEqual(settled(responses), [2]);
  });

  it('settles nothing a second time where what a cancelled request waited for fails', async () => {
    const failures: (() => void)[] = [];
    class FailingMixture extends CountingMixture {
      override prepare(): Promise<void> | undefined {
        return new Promise((_, reject) => {
          failures.push(() => {
            reject(new Error('The model is gone.'));
          });
        });
      }
    }
    const model = new TestModel();
    model.mixture = new FailingMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON)]);
    const { generator, responses, finish, wakes } = setUp(model);
    generator.receive({ ...complete(1, 'The committee app█'), isPatient: true });
    finish();
    generator.receive({ kind: 'cancel', id: 1 });
    generator.receive(generate(2, 'The committee█', 5));
    finish();
    assert.equal(failures.length, 2);
    for (const settledSoFar of [[1], [1, 2]]) {
      failures.shift()!();
      await settledPromises();
      finish();
      assert.deepEqual(settled(responses), settledSoFar);
    }
    assert.equal(wakes(), 1, 'so that what the other held up begins');
  });

  it('settles every request exactly once, in whatever order requests, steps and cancellations come', () => {
    const action = fc.oneof(
      fc.constantFrom('complete', 'generate', 'load', 'learn', 'step', 'step', 'step'),
      fc.integer({ min: 1, max: 12 }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
        const { generator, responses, finish } = setUp();
        let id = 0;
        for (const next of actions) {
          if (next === 'step') {
            generator.step();
          } else if (typeof next === 'number') {
            generator.receive({ kind: 'cancel', id: next });
          } else if (next === 'complete') {
            generator.receive(complete(++id, 'The committee a█'));
          } else if (next === 'generate') {
            generator.receive(generate(++id, 'The committee█', 5));
          } else if (next === 'load') {
            generator.receive({ kind: 'loadModel', id: ++id, personalModelPath: null });
          } else {
            generator.receive({
              kind: 'learnFiles',
              id: ++id,
              files: [{ uri: 'b', text: 'x', recent: true }],
            });
          }
        }
        finish();
        assert.deepEqual(
          settled(responses).sort((a, b) => a - b),
          Array.from({ length: id }, (_, i) => i + 1),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('choosing a language-model half', () => {
  const loadHalf = (id: number, path: string | null): GeneratorRequest => ({
    kind: 'loadHalf',
    id,
    half: path === null ? null : { kind: 'gguf', path },
  });

  it('takes its time while completions are answered, and is then in use', async () => {
    const { generator, responses, finish, model } = setUp();
    generator.receive(loadHalf(1, 'big.gguf'));
    generator.receive(complete(2, 'The committee app█'));
    finish();
    assert.deepEqual(settled(responses), [2]);
    const half = new IdleHalf('a big one');
    model.openings.get('big.gguf')!.resolve(half);
    await settledPromises();
    finish();
    assert.deepEqual(responses.at(-1), {
      kind: 'halfLoaded',
      id: 1,
      description: 'a big one',
      away: null,
    });
    assert.equal(model.half, half);
  });

  it('reads the text anew with each, whose states tell nothing to another', () => {
    const { generator, finish, model } = setUp();
    const stepsFor = (request: GeneratorRequest) => {
      const before = model.mixture.calls.next;
      generator.receive(request);
      finish();
      return model.mixture.calls.next - before;
    };
    const first = stepsFor(complete(1, 'The committee met. The committee app█'));
    assert.ok(stepsFor(complete(2, 'The committee met. The committee app█')) < first);
    generator.receive(loadHalf(3, null));
    finish();
    assert.equal(stepsFor(complete(4, 'The committee met. The committee app█')), first);
  });

  it('leaves the present one in use when another cannot be opened, and says why', async () => {
    const { generator, responses, finish, model } = setUp();
    const half = new IdleHalf('the present one');
    model.half = half;
    generator.receive(loadHalf(1, 'none.gguf'));
    finish();
    model.openings.get('none.gguf')!.reject(new Error('none.gguf is not a GGUF file.'));
    await settledPromises();
    finish();
    assert.deepEqual(responses, [{ kind: 'failed', id: 1, message: 'none.gguf is not a GGUF file.' }]);
    assert.deepEqual([model.half, half.isDisposed], [half, false]);
  });

  it('of two choices the last counts, and the first is closed again', async () => {
    const { generator, responses, finish, model } = setUp();
    generator.receive(loadHalf(1, 'first.gguf'));
    finish();
    generator.receive(loadHalf(2, 'second.gguf'));
    finish();
    const [first, second] = [new IdleHalf('first'), new IdleHalf('second')];
    const isGivenUp = (path: string) => model.openings.get(path)!.signal.aborted;
    assert.deepEqual(['first.gguf', 'second.gguf'].map(isGivenUp), [true, false]);
    model.openings.get('second.gguf')!.resolve(second);
    await settledPromises();
    finish();
    model.openings.get('first.gguf')!.resolve(first);
    await settledPromises();
    finish();
    assert.deepEqual(settled(responses), [1, 2]);
    assert.equal(responses[0].kind, 'failed');
    assert.deepEqual([model.half, first.isDisposed, second.isDisposed], [second, true, false]);
  });

  it('of two choices that come at once the last counts, too', async () => {
    const { generator, responses, finish, model } = setUp();
    generator.receive(loadHalf(1, 'first.gguf'));
    generator.receive(loadHalf(2, 'second.gguf'));
    finish();
    const second = new IdleHalf('second');
    model.openings.get('second.gguf')!.resolve(second);
    await settledPromises();
    finish();
    assert.deepEqual(
      responses.map(({ kind }) => kind),
      ['failed', 'halfLoaded'],
    );
    assert.deepEqual([settled(responses), model.half], [[1, 2], second]);
  });

  it('is closed when the choice was taken back after it was opened', async () => {
    const { generator, finish, model, responses } = setUp();
    generator.receive(loadHalf(1, 'a.gguf'));
    finish();
    const half = new IdleHalf('a');
    model.openings.get('a.gguf')!.resolve(half);
    await settledPromises();
    generator.receive({ kind: 'cancel', id: 1 });
    finish();
    assert.deepEqual([settled(responses), model.half, half.isDisposed], [[1], null, true]);
  });

  it('waits for what was begun with the present model, also when none is chosen', () => {
    const { generator, responses, finish } = setUp();
    generator.receive(complete(1, 'The committee app█'));
    generator.step();
    generator.receive(loadHalf(2, null));
    generator.receive(complete(3, 'The committee app█'));
    finish();
    assert.deepEqual(settled(responses), [1, 2, 3]);
    assert.deepEqual(responses[1], { kind: 'halfLoaded', id: 2, description: '', away: null });
  });
});

describe('choosing a masked model', () => {
  const loadMasked = (id: number, folder: string | null): GeneratorRequest => ({
    kind: 'loadMasked',
    id,
    masked: folder === null ? null : { folder, modulePath: '/storage/onnx' },
  });
  it('of two choices the last counts, and the first is closed again', async () => {
    const { generator, responses, finish, model } = setUp();
    generator.receive(loadMasked(1, '/first'));
    finish();
    generator.receive(loadMasked(2, '/second'));
    finish();
    const [first, second] = [new IdleMasked('first'), new IdleMasked('second')];
    model.maskedOpenings[1](second);
    await settledPromises();
    finish();
    model.maskedOpenings[0](first);
    await settledPromises();
    finish();
    assert.deepEqual(
      responses.map(({ kind }) => kind),
      ['failed', 'maskedLoaded'],
    );
    assert.deepEqual(responses[1], { kind: 'maskedLoaded', id: 2, description: 'second' });
    assert.deepEqual([model.masked, first.isDisposed, second.isDisposed], [second, true, false]);
  });

  it('is put away when none is chosen', () => {
    const { generator, responses, finish, model } = setUp();
    model.masked = new IdleMasked('bert');
    generator.receive(loadMasked(1, null));
    finish();
    assert.deepEqual(responses, [{ kind: 'maskedLoaded', id: 1, description: '' }]);
    assert.equal(model.masked, null);
  });
});

const settledPromises = () => new Promise((resolve) => setImmediate(resolve));
