import assert from 'node:assert/strict';
import { ChoiceSource } from '../../../../../src/completion/half/server/choiceSource';
import { ServerFault } from '../../../../../src/completion/half/server/serverConnection';
import type { TokenChoice } from '../../../../../src/completion/half/server/tokenChoices';
import type { ModelStatus } from '../../../../../src/protocol/generatorProtocol';
import { texts } from '../../../../support/servedModel';

describe('a server that goes away', () => {
  const setUp = (
    behaviour: () => Promise<{ text: string | null; choices: TokenChoice[] }[]>,
    isAway?: boolean,
  ) => {
    let clock = 0;
    const asked: number[] = [];
    const statuses: string[] = [];
    const source = new ChoiceSource(
      {
        host: 'here',
        close: () => undefined,
        choicesAfter: (_text, tokens) => {
          asked.push(tokens);
          return behaviour();
        },
      },
      {
        onStatus: ({ state }: ModelStatus) => statuses.push(state),
        now: () => clock,
        firstDelay: 100,
        ...(isAway !== undefined && { isAway }),
      },
    );
    return {
      source,
      statuses,
      asked,
      count: () => asked.length,
      pass: (milliseconds: number) => (clock += milliseconds),
    };
  };

  it('is reported once, left alone for longer each time, and reported when it is back', async () => {
    let isUp = false;
    const place = { text: ' a', choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] };
    const { source, statuses, count, pass } = setUp(() =>
      isUp ? Promise.resolve([place]) : Promise.reject(new Error('down')),
    );
    await source.ask(['one']);
    await source.ask(['one', 'two']);
    assert.deepEqual([count(), statuses], [1, ['away']]);
    pass(100);
    await source.ask(['one', 'two', 'three']);
    assert.equal(count(), 2, 'one request sees whether it is back');
    pass(100);
    await source.ask(['one']);
    assert.equal(count(), 2, 'the second time it is left alone for twice as long');
    pass(100);
    isUp = true;
    await source.ask(['one']);
    assert.deepEqual(statuses, ['away', 'answering']);
    assert.deepEqual(texts(source.choicesAfter('one')), [' a']);
    await source.ask(['two', 'three']);
    assert.deepEqual([count(), statuses.length], [5, 2], 'then it is asked as ever');
    isUp = false;
    await source.ask(['four']);
    pass(100);
    await source.ask(['five']);
    assert.deepEqual([count(), statuses], [7, ['away', 'answering', 'away']], 'and when it goes away again');
  });

  it('is said to answer again where it was away when it was chosen, once', async () => {
    const { source, statuses } = setUp(() => Promise.resolve([{ text: null, choices: [] }]), true);
    await source.ask(['one']);
    await source.ask(['two']);
    assert.deepEqual(statuses, ['answering']);
  });

  it('is waited for, and asked for several places of a continuation where few texts are wanted', async () => {
    const { source, asked } = setUp(async () => {
      await new Promise(setImmediate);
      return [{ text: null, choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] }];
    });
    const many = ['one', 'two', 'three'];
    await source.ask(many);
    assert.ok(many.every((text) => source.choicesAfter(text) !== undefined));
    await source.ask([...many, 'four', 'five']);
    assert.deepEqual(asked, [1, 1, 1, 8, 8]);
  });

  it('is left alone no longer when one fault ends several requests at once', async () => {
    const { source, count, pass } = setUp(() => Promise.reject(new Error('down')));
    await source.ask(['one', 'two', 'three', 'four']);
    assert.equal(count(), 4);
    pass(100);
    await source.ask(['five']);
    assert.equal(count(), 5);
    pass(199);
    await source.ask(['five']);
    assert.equal(count(), 5);
    pass(1);
    await source.ask(['five']);
    assert.equal(count(), 6);
  });

  it('is not asked twice about one text, nor about the likeliest continuation of one', async () => {
    const { source, count } = setUp(() =>
      Promise.resolve([
        { text: ' a', choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] },
        { text: ' b', choices: [{ bytes: Buffer.from(' b'), probability: 0.5 }] },
      ]),
    );
    await Promise.all([source.ask(['x']), source.ask(['x'])]);
    await source.ask(['x a']);
    assert.equal(count(), 1);
    assert.deepEqual(texts(source.choicesAfter('x a')), [' b']);
  });

  it('is left alone for a minute at once where its fault will last', async () => {
    const { source, count, pass } = setUp(() => Promise.reject(new ServerFault('It refuses the key.', true)));
    await source.ask(['one']);
    pass(59_000);
    await source.ask(['one']);
    assert.equal(count(), 1);
    pass(1000);
    await source.ask(['one']);
    assert.equal(count(), 2);
  });

  it('tells nothing of what follows a token that is no text', async () => {
    const choicesOf = (token: string) => [{ bytes: Buffer.from(token), probability: 0.5 }];
    const { source } = setUp(() =>
      Promise.resolve([
        { text: ' a', choices: choicesOf(' a') },
        { text: null, choices: choicesOf(' b') },
        { text: ' c', choices: choicesOf(' c') },
      ]),
    );
    await source.ask(['x']);
    assert.deepEqual(
      ['x', 'x a', 'x a c'].map((text) => texts(source.choicesAfter(text))),
      [[' a'], [' b'], undefined],
    );
  });

  it('is remembered for the latest texts alone', async () => {
    const { source } = setUp(() =>
      Promise.resolve([{ text: null, choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] }]),
    );
    const all = Array.from({ length: 2001 }, (_, i) => `text ${i}`);
    for (const text of all) {
      await source.ask([text]);
    }
    assert.deepEqual(
      all.filter((text) => source.choicesAfter(text) === undefined),
      ['text 0'],
    );
  });

  it('is not asked about the oldest of hundreds of texts that wait for it', async () => {
    const answers: (() => void)[] = [];
    const { source, count } = setUp(
      () =>
        new Promise((resolve) => {
          answers.push(() => {
            resolve([{ text: null, choices: [{ bytes: Buffer.from(' a'), probability: 0.5 }] }]);
          });
        }),
    );
    const all = Array.from({ length: 400 }, (_, i) => `text ${i}`);
    const asks = all.map((text) => source.ask([text]));
    for (let answered = 0; answered < answers.length; answered++) {
      answers[answered]();
      await new Promise(setImmediate);
    }
    await Promise.all(asks);
    assert.equal(count(), 4 + 256);
    const known = all.filter((text) => source.choicesAfter(text) !== undefined);
    assert.deepEqual(known, [...all.slice(0, 4), ...all.slice(-256)]);
  });
});
