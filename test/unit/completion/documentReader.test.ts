import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DocumentReader } from '../../../src/completion/documentReader';
import { commonLength, ReadDocument, TAIL_TOKENS } from '../../../src/completion/readDocument';
import type { MixtureState } from '../../../src/model/mixtureModel';
import { CountingMixture } from '../../support/countingMixture';
import { shippedTokenizer as tokenizer } from '../../support/shippedTokenizer';

const encode = (text: string) => Array.from(tokenizer.encode(text));
const newModel = () => new CountingMixture(tokenizer.vocabSize, []);

/** A mixture whose states hold every token that was read, so that a wrong state is noticed. */
class RememberingMixture extends CountingMixture {
  override start() {
    return { context: [] as number[] };
  }
  override next(state: MixtureState, tokenId: number) {
    this.calls.next++;
    const { context } = state as unknown as { context: number[] };
    return { context: [...context, tokenId] };
  }
}
const tokensOf = (state: MixtureState) => (state as unknown as { context: number[] }).context;

describe('the tail of a long line that was opened at its end', () => {
  it('holds a state for each of its tokens, even if a beginning of the text was read before', () => {
    const reader = new DocumentReader(newModel(), tokenizer);
    const line = 'Zinnober Quastenflosser gleiten lautlos durch kaltes Wasser; ';
    reader.moveTo('a', '# Draft\n\n');
    const { tokens, states } = reader.moveTo('a', `# Draft\n\n${line.repeat(8)}`);
    assert.ok(tokens.length > 150);
    assert.equal(states.length, tokens.length + 1);
    assert.ok(states.every((state) => state !== undefined));
  });
});

describe('a half that had to be waited for', () => {
  it('is taught each settled token of the line once, however often it was waited for', () => {
    const taught: number[] = [];
    class SlowMixture extends RememberingMixture {
      override learnSlowHalf(_state?: MixtureState, tokenId?: number) {
        taught.push(tokenId!);
        return true;
      }
    }
    const reader = new DocumentReader(new SlowMixture(tokenizer.vocabSize, []), tokenizer);
    const text = 'The lamp in the east window of the house';
    for (const end of [20, 20, 30, text.length]) {
      Array.from(reader.learnWaitedFor(reader.moveTo('a', text.slice(0, end))));
    }
    assert.deepEqual(taught, encode(text).slice(0, -2));
  });
});

describe('the text below the cursor', () => {
  const BELOW = 'The harbour was empty.\nNobody came.\n';

  it('is known without the rest of the line of the cursor', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    reader.moveTo('a', 'The lamp ', `burned.\n${BELOW}`);
    assert.deepEqual(model.workspace.document.below, encode(BELOW));
    reader.moveTo('a', 'The lamp ', ' burned.');
    assert.deepEqual(model.workspace.document.below, []);
  });

  it('is indexed once while the line is typed, and predictions stay', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const predict = (prefix: string, suffix: string): number => {
      const tail = reader.moveTo('a', prefix, suffix);
      tail.predictAfter(tail.tokens.length);
      return model.calls.predict;
    };
    const first = predict('The lamp', `.\n${BELOW}`);
    const { below } = model.workspace.document;
    assert.equal(predict('The lamp', `).\n${BELOW}`), first);
    assert.equal(model.workspace.document.below, below);
    assert.equal(predict('The lamp', `.\nAnd ${BELOW}`), first + 1);
  });

  it('is that of the document that is open', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    reader.moveTo('a', 'One', `\n${BELOW}`);
    reader.moveTo('b', 'Two', '');
    assert.deepEqual(model.workspace.document.below, []);
    reader.moveTo('a', 'One', `\n${BELOW}`);
    assert.deepEqual(model.workspace.document.below, encode(BELOW));
  });
});

describe('what the model itself has written', () => {
  const before = 'First line.\nThe lamp';
  const learnedFrom = (isOwn: boolean) => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    reader.moveTo('a', before);
    const learnedBefore = model.calls.learned.length;
    for (const text of [' in the', ' in the east window', ' in the east window\nof the house']) {
      if (isOwn) {
        reader.noteGenerated('a', before + text);
      }
      reader.moveTo('a', before + text);
      while (reader.learnTyped(1) > 0);
    }
    return { model, reader, learned: model.calls.learned.length - learnedBefore };
  };

  it('teaches the gate nothing, unlike the same text when it is typed', () => {
    assert.ok(learnedFrom(false).learned > 0);
    assert.equal(learnedFrom(true).learned, 0);
  });

  it('does not stop text that is typed after it from teaching the gate', () => {
    const { model, reader, learned } = learnedFrom(true);
    const total = model.calls.learned.length;
    assert.equal(learned, 0);
    reader.moveTo('a', `${before} in the east window\nof the house on the hill above the harbour`);
    while (reader.learnTyped(1) > 0);
    assert.ok(model.calls.learned.length > total);
  });
});

describe('reading a document to the cursor', () => {
  it('costs a step or two for each typed character', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const text = 'First line of the document.\nSecond line, and what the user types now';
    reader.moveTo('a', text.slice(0, 40));
    for (let end = 41; end <= text.length; end++) {
      const before = model.calls.next;
      reader.moveTo('a', text.slice(0, end));
      assert.ok(model.calls.next - before <= 4, `${model.calls.next - before} steps at ${end}`);
    }
  });

  it('costs no more than its line when the cursor goes back to an earlier one', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const line = 'A line of a long document.\n';
    for (let lines = 1; lines <= 150; lines++) {
      reader.moveTo('a', line.repeat(lines));
    }
    const before = model.calls.next;
    reader.moveTo('a', line.repeat(20) + line.slice(0, 12));
    assert.ok(model.calls.next - before <= encode(line).length, `${model.calls.next - before} steps`);
  });

  it('costs nothing when a document of late comes back, and a reading when it was longer ago', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer, 2);
    const steps = (uri: string) => {
      const before = model.calls.next;
      reader.moveTo(uri, 'The text of a document.');
      return model.calls.next - before;
    };
    const first = steps('a');
    assert.ok(first > 0);
    assert.deepEqual(['b', 'a', 'c', 'b', 'c'].map(steps), [first, 0, first, first, 0]);
  });

  it('reads at most a few hundred tokens of a document that is opened at its end', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const text = 'A line of a long document.\n'.repeat(2000);
    reader.moveTo('a', text);
    assert.ok(model.calls.next <= 192);
    assert.deepEqual(model.workspace.document.tokens, encode(text), 'the counts see all of it');
  });

  it('reads a line of enormous length in bounded time', () => {
    const model = newModel();
    const tail = new DocumentReader(model, tokenizer).moveTo('a', 'word '.repeat(13_000));
    assert.ok(model.calls.next <= 192);
    assert.ok(tail.tokens.length > 0);
  });

  it('learns the text before the current line, and unlearns what was deleted', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    reader.moveTo('a', 'One.\nTwo.\nThree');
    assert.deepEqual(model.workspace.document.tokens, encode('One.\nTwo.\n'));
    reader.moveTo('a', 'One.\nTw');
    assert.deepEqual(model.workspace.document.tokens, encode('One.\n'));
    reader.moveTo('a', 'One.\nTwelve.\n\nThree');
    assert.deepEqual(model.workspace.document.tokens, encode('One.\nTwelve.\n\n'));
  });

  it('gives the same state, tokens and document after any edits as a fresh reading', () => {
    const piece = fc.constantFrom('foo', ' bar', '\n', '\r\n', '  ', '中文', '。', '\n\n', 'x', '=');
    const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));
    const visit = fc.tuple(fc.constantFrom('a', 'b'), text);
    fc.assert(
      fc.property(fc.array(visit, { minLength: 1, maxLength: 8 }), (visits) => {
        const model = new RememberingMixture(tokenizer.vocabSize, []);
        const reader = new DocumentReader(model, tokenizer, 2);
        for (const [uri, prefix] of visits) {
          const tail = reader.moveTo(uri, prefix);
          const tokens = encode(prefix);
          assert.deepEqual(tokensOf(tail.states.at(-1)!), tokens);
          assert.deepEqual(Array.from(tail.tokens), tokens.slice(tokens.length - tail.tokens.length));
          assert.equal(tail.states.length, tail.tokens.length + 1);
          const learned = model.workspace.document.tokens;
          assert.deepEqual(learned, tokens.slice(0, learned.length));
          assert.ok(/[^\n\r]*$/.exec(prefix)![0].startsWith(tokenizer.decode(tokens.slice(learned.length))));
          assert.equal(model.workspace.openUri, uri);
        }
      }),
    );
  });

  it('starts the tail a line break early, since a second may follow', () => {
    const tail = new DocumentReader(newModel(), tokenizer).moveTo('a', 'One.\nTwo');
    assert.equal(tokenizer.decode(tail.tokens), '\nTwo');
  });

  it('predicts each place once, and again when the workspace has changed', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const tail = reader.moveTo('a', 'One two');
    const first = tail.predictAfter(1);
    assert.equal(tail.predictAfter(1), first);
    assert.equal(model.calls.predict, 1);
    reader.forgetPredictions();
    tail.predictAfter(1);
    assert.equal(model.calls.predict, 2);
    model.workspace.narrowOpenFile = () => true;
    reader.moveTo('a', 'One two').predictAfter(1);
    assert.equal(model.calls.predict, 3);
  });

  it('keeps no predictions in a document that was left', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const tail = reader.moveTo('a', 'One two');
    const first = tail.predictAfter(1);
    reader.moveTo('b', 'Three');
    assert.notEqual(tail.predictAfter(1), first);
  });

  it('predicts anew in a document that comes back, also what a late search has asked for beside the text of another', () => {
    const reader = new DocumentReader(newModel(), tokenizer);
    const tail = reader.moveTo('a', 'One two');
    reader.moveTo('b', 'Three');
    const late = tail.predictAfter(1);
    assert.notEqual(reader.moveTo('a', 'One two').predictAfter(1), late);
  });
});

describe('what teaches the gate', () => {
  it('is the end of a document when it is opened, not all of it', () => {
    const model = newModel();
    new DocumentReader(model, tokenizer).moveTo('a', 'A line of a long document.\n'.repeat(100));
    assert.ok(model.calls.learned.length > 0 && model.calls.learned.length <= 64);
  });

  it('is each typed token once, after it is settled, in order', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const text = 'Start.\nThe user types this line now.\nAnd this one.\n';
    reader.moveTo('a', text.slice(0, 7));
    const atOpening = model.calls.learned.length;
    for (let end = 8; end <= text.length; end++) {
      reader.moveTo('a', text.slice(0, end));
      while (reader.learnTyped(1) > 0);
    }
    const typed = encode(text.slice(7));
    assert.deepEqual(
      model.calls.learned.slice(atOpening),
      typed.slice(0, model.calls.learned.length - atOpening),
    );
    assert.ok(model.calls.learned.length - atOpening >= typed.length - 3);
  });

  it('is what is typed in a long document, too', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const before = 'A line of a long document.\n'.repeat(20);
    reader.moveTo('a', before);
    const atOpening = model.calls.learned.length;
    reader.moveTo('a', `${before}The user types this line now.`);
    while (reader.learnTyped(1) > 0);
    assert.deepEqual(
      model.calls.learned.slice(atOpening),
      encode('The user types this line now.').slice(0, -2),
    );
  });

  it('is no more than the end of a line that is finished before it was learned, so that the next answer comes soon', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    reader.moveTo('a', 'Start.\n');
    const atOpening = model.calls.learned.length;
    const line = encode('The user takes all of a line, of many more tokens than eight.\n');
    reader.moveTo('a', `Start.\n${tokenizer.decode(Int32Array.from(line))}`);
    while (reader.learnTyped(1) > 0);
    assert.deepEqual(model.calls.learned.slice(atOpening), line.slice(-8));
  });

  it('is what is typed in the place of what was deleted, too', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const typedOn = (text: string) => {
      const before = model.calls.learned.length;
      reader.moveTo('a', text);
      while (reader.learnTyped(1) > 0);
      return model.calls.learned.slice(before);
    };
    typedOn('Start.\n');
    assert.ok(typedOn('Start.\nThe user types this line now.').length > 0);
    typedOn('Start.\nThe');
    const again = encode(' watchman lights another lamp');
    assert.deepEqual(typedOn('Start.\nThe watchman lights another lamp').slice(-4), again.slice(-6, -2));
  });

  it('is nothing of a document that comes back, however long it was away', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer, 2);
    const text = 'A line of a document.\nAnother, and what';
    const visit = (uri: string) => {
      const before = model.calls.learned.length;
      reader.moveTo(uri, text);
      while (reader.learnTyped(1) > 0);
      return model.calls.learned.length - before;
    };
    const first = visit('a');
    assert.ok(first > 0);
    assert.deepEqual(['b', 'c', 'a', 'b', 'c'].map(visit), [first, first, 0, 0, 0]);
  });

  it('is what is typed, but not what the cursor is moved over, however often', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const [above, between, below] = [
      'Start.\nA lamp was lit',
      '.\nNobody came.\nThe harbour',
      ' lay dark.\n',
    ];
    const typeAt = (end: string, after: string) => {
      const before = model.calls.learned.length;
      reader.moveTo('a', `${end} again`, after);
      while (reader.learnTyped(1) > 0);
      reader.moveTo('a', end, after);
      return model.calls.learned.length - before;
    };
    typeAt(above, between + below);
    for (let hop = 0; hop < 3; hop++) {
      assert.equal(typeAt(above + between, below), 0, 'down');
      assert.ok(typeAt(above, between + below) <= 3, 'up');
    }
  });

  it('is a line break that is typed before another', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    const text = 'Start.\nThe lamp was lit, and nobody came.';
    reader.moveTo('a', text.slice(0, 7), '\n\nEnd.');
    for (let end = 8; end <= text.length; end++) {
      reader.moveTo('a', text.slice(0, end), '\n\nEnd.');
      while (reader.learnTyped(1) > 0);
    }
    reader.moveTo('a', `${text}\n\nNext`, '\n\nEnd.');
    const taught = encode(`${text.slice(7)}\n\n`);
    assert.deepEqual(model.calls.learned.slice(-taught.length), taught);
  });

  it('is not what was pasted', () => {
    const model = newModel();
    const reader = new DocumentReader(model, tokenizer);
    reader.moveTo('a', 'Start.\n');
    const before = model.calls.learned.length;
    reader.moveTo('a', `Start.\n${'A pasted line of some length.\n'.repeat(20)}`);
    assert.equal(reader.learnTyped(100), 0);
    assert.equal(model.calls.learned.length, before);
  });
});

it('the common beginning of two texts is found whatever they are', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 20 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(text, text, text, (shared, a, b) => {
      let expected = 0;
      const [left, right] = [shared + a, shared + b];
      while (expected < left.length && left[expected] === right[expected]) {
        expected++;
      }
      assert.equal(commonLength(left, right), expected);
    }),
  );
});

it('a long document keeps the states of its tail and of the starts of its last lines alone, which would fill the memory', () => {
  const document = new ReadDocument();
  const tokens = 20_000;
  document.tokens = Array.from({ length: tokens }, (_, i) => i);
  document.lines = Array.from({ length: tokens / 10 }, (_, i) => ({ start: 40 * i, firstToken: 10 * i }));
  for (let position = 0; position <= tokens; position++) {
    document.states.set(position, {});
    document.predictions.set(position, new Float32Array());
  }
  document.prune();
  const tail = Array.from({ length: TAIL_TOKENS + 1 }, (_, i) => tokens - TAIL_TOKENS + i);
  assert.deepEqual([...document.predictions.keys()], tail);
  const before = [...document.states.keys()].filter((position) => position < tail[0]);
  assert.deepEqual([...document.states.keys()].slice(before.length), tail);
  assert.ok(before.length > 200 && before.length < 300, `${before.length} lines`);
  assert.deepEqual(
    before,
    before.map((_, i) => 10 * i + before[0]),
  );
});
