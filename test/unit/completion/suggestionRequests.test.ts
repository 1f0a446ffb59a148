import assert from 'node:assert/strict';
import { cancelledCompletion } from '../../../src/completion/cancelledCompletion';
import type { GeneratorLink, SettlingResponse } from '../../../src/completion/generatorLink';
import { SuggestionRequests } from '../../../src/completion/suggestionRequests';
import { cursorText } from '../../support/cursorText';

const question = (marked: string, languageId = 'markdown', uri = 'a') => ({
  document: { uri, languageId, ...cursorText(marked) },
  multiline: false,
  eagerness: 0.6,
  maxNewTokens: 24,
});

/**
 * Answers " word" in the next turn of the event loop, with three others where it is invoked, or nothing to NONE; HANG is answered only
 * when it is cancelled.
 */
class WordyLink implements Pick<GeneratorLink, 'request' | 'cancel'> {
  /** Texts of the requests, and of the cancelled ones. */
  readonly asked: string[] = [];
  readonly cancelled: string[] = [];
  private readonly hanging = new Map<number, () => void>();

  request: GeneratorLink['request'] = (request) => {
    assert.ok(request.kind === 'complete');
    const { prefix } = request.document;
    const id = this.asked.push(prefix);
    const response = new Promise<SettlingResponse>((resolve) => {
      if (prefix.includes('HANG')) {
        this.hanging.set(id, () => {
          resolve(cancelledCompletion(id));
        });
      } else {
        setImmediate(() => {
          resolve({
            kind: 'completed',
            id,
            insertText: prefix.includes('NONE') ? '' : ' word',
            confidence: 0.9,
            ...(request.isInvoked === true && {
              alternatives: [
                { insertText: ' work', confidence: 0.05 },
                { insertText: ' end', confidence: 0.04 },
                { insertText: ' eve', confidence: 0.03 },
              ],
            }),
          });
        });
      }
    });
    return { id, response };
  };

  cancel(id: number): void {
    this.cancelled.push(this.asked[id - 1]);
    this.hanging.get(id)?.();
  }
}

function setUp() {
  const link = new WordyLink();
  return { link, suggestions: new SuggestionRequests(link) };
}

describe('asking for suggestions', () => {
  it('answers from what is shown while the user types along', async () => {
    const { link, suggestions } = setUp();
    const first = await suggestions.complete(question('The█'));
    const second = await suggestions.complete(question('The wo█'));
    assert.deepEqual([first.insertText, first.isTypedAlong], [' word', undefined]);
    assert.deepEqual([second.insertText, second.isTypedAlong], ['rd', true]);
    assert.deepEqual(link.asked, ['The']);
  });

  it('waits for a suggestion in the making that still agrees', async () => {
    const { link, suggestions } = setUp();
    const abort = new AbortController();
    const first = suggestions.complete(question('The█'), abort.signal);
    const second = suggestions.complete(question('The w█'));
    const same = suggestions.complete(question('The█'));
    abort.abort();
    assert.equal((await first).noSuggestionReason, 'cancelled');
    assert.deepEqual([(await second).insertText, (await second).isTypedAlong], ['ord', false]);
    assert.equal((await same).insertText, ' word');
    assert.deepEqual(link.asked, ['The']);
  });

  it('waits for one that nobody waits for any more, and for one that comes to nothing', async () => {
    const { link, suggestions } = setUp();
    const abort = new AbortController();
    const first = suggestions.complete(question('The█'), abort.signal);
    abort.abort();
    await first;
    assert.equal((await suggestions.complete(question('The w█'))).insertText, 'ord');
    const none = [suggestions.complete(question('NONE█')), suggestions.complete(question('NONE█'))];
    assert.deepEqual(
      (await Promise.all(none)).map(({ insertText }) => insertText),
      ['', ''],
    );
    assert.deepEqual([link.asked, link.cancelled], [['The', 'NONE'], []]);
  });

  it('asks nothing when it was aborted while it waited for one in the making', async () => {
    const { link, suggestions } = setUp();
    void suggestions.complete(question('HANG█'));
    const abort = new AbortController();
    const waiting = suggestions.complete(question('HANG w█'), abort.signal);
    abort.abort();
    assert.equal((await waiting).noSuggestionReason, 'cancelled');
    assert.deepEqual(link.asked, ['HANG']);
  });

  it('asks anew when the one in the making was for another text below or other settings', async () => {
    const { link, suggestions } = setUp();
    await Promise.all([
      suggestions.complete(question('The█')),
      suggestions.complete(question('The█\nbelow')),
      suggestions.complete({ ...question('The█'), eagerness: 0.9 }),
    ]);
    assert.deepEqual(link.asked, ['The', 'The', 'The']);
  });

  it('asks anew when the one in the making does not agree', async () => {
    const { link, suggestions } = setUp();
    const [, second] = await Promise.all([
      suggestions.complete(question('The█')),
      suggestions.complete(question('The x█')),
    ]);
    assert.deepEqual([second.insertText, second.isTypedAlong], [' word', undefined]);
    assert.deepEqual(link.asked, ['The', 'The x']);
  });

  it('asks anew when the language of the text was changed meanwhile', async () => {
    const { link, suggestions } = setUp();
    const [, second] = await Promise.all([
      suggestions.complete(question('The█')),
      suggestions.complete(question('The█', 'python')),
    ]);
    assert.equal(second.isTypedAlong, undefined);
    assert.deepEqual(link.asked, ['The', 'The']);
  });

  it('asks anew in another document of the same text', async () => {
    const { link, suggestions } = setUp();
    await Promise.all(['a', 'b'].map((uri) => suggestions.complete(question('The█', 'markdown', uri))));
    assert.deepEqual(link.asked, ['The', 'The']);
  });

  it('asks anew once all that was made before is to be forgotten', async () => {
    const { link, suggestions } = setUp();
    await suggestions.complete(question('The█'));
    suggestions.forget();
    assert.equal((await suggestions.complete(question('The█'))).isTypedAlong, undefined);
    assert.deepEqual(link.asked, ['The', 'The']);
  });

  it('neither serves nor keeps what is in the making when all is to be forgotten', async () => {
    const { link, suggestions } = setUp();
    const first = suggestions.complete(question('The█'));
    suggestions.forget();
    const second = suggestions.complete(question('The█'));
    assert.equal((await first).insertText, ' word', 'Who waited for it gets it.');
    suggestions.forget();
    assert.equal((await second).isTypedAlong, undefined);
    await suggestions.complete(question('The█'));
    assert.deepEqual(link.asked, ['The', 'The', 'The']);
  });

  it('keeps an answer that came too late', async () => {
    const { link, suggestions } = setUp();
    const abort = new AbortController();
    const late = suggestions.complete(question('The█'), abort.signal);
    abort.abort();
    assert.equal((await late).noSuggestionReason, 'cancelled');
    await new Promise(setImmediate);
    assert.equal((await suggestions.complete(question('The█'))).insertText, ' word');
    assert.deepEqual([link.asked, link.cancelled], [['The'], []]);
  });

  it('cancels a suggestion that nobody waits for when another is asked for', async () => {
    const { link, suggestions } = setUp();
    const abort = new AbortController();
    const hanging = suggestions.complete(question('HANG█'), abort.signal);
    abort.abort();
    await hanging;
    assert.deepEqual(link.cancelled, []);
    assert.equal((await suggestions.complete(question('The█'))).insertText, ' word');
    assert.deepEqual(link.cancelled, ['HANG']);
    // The cancelled request is gone, so the same question makes a new one.
    void suggestions.complete(question('HANG█'));
    assert.deepEqual(link.asked, ['HANG', 'The', 'HANG']);
  });

  it('cancels a suggestion that nobody waits for also where the user asks for several', async () => {
    const { link, suggestions } = setUp();
    const abort = new AbortController();
    void suggestions.complete(question('HANG█'), abort.signal);
    abort.abort();
    await new Promise(setImmediate);
    assert.equal((await suggestions.complete({ ...question('The█'), isInvoked: true })).insertText, ' word');
    assert.deepEqual(link.cancelled, ['HANG']);
  });

  it('asks anew when the one in the making was cancelled, even before the cancellation is answered', async () => {
    const { link, suggestions } = setUp();
    const abort = new AbortController();
    const hanging = suggestions.complete(question('HANG█'), abort.signal);
    abort.abort();
    await hanging;
    void suggestions.complete(question('The█'));
    void suggestions.complete(question('HANG█'));
    assert.deepEqual([link.asked, link.cancelled], [['HANG', 'The', 'HANG'], ['HANG']]);
  });

  it('asks nothing when it was aborted before', async () => {
    const { link, suggestions } = setUp();
    const response = await suggestions.complete(question('The█'), AbortSignal.abort());
    assert.deepEqual([response.noSuggestionReason, link.asked], ['cancelled', []]);
  });

  it('gives the others, too, where the user asks, and serves whichever is then typed', async () => {
    const { link, suggestions } = setUp();
    const asked = await suggestions.complete({ ...question('The█'), isInvoked: true });
    const texts = [asked, ...(asked.alternatives ?? [])].map(({ insertText }) => insertText);
    assert.deepEqual(texts, [' word', ' work', ' end', ' eve']);
    const shown = async (marked: string) => {
      const { insertText, confidence, isAsked } = await suggestions.complete({
        ...question(marked),
        isInvoked: false,
      });
      return [insertText, confidence, isAsked];
    };
    assert.deepEqual(await shown('The█'), [' word', 0.9, undefined]);
    assert.deepEqual(await shown('The wo█'), ['rd', 0.9, undefined]);
    assert.deepEqual(await shown('The work█'), [' word', 0.9, undefined]);
    // Of two that begin with it, the likelier.
    assert.deepEqual(await shown('The e█'), ['nd', 0.04, true], 'nothing is learned from its confidence');
    assert.deepEqual(link.asked, ['The', 'The work']);
  });

  it('leaves what is shown the first where the user asks for others', async () => {
    const { link, suggestions } = setUp();
    suggestions.adopt(question('The█'), {
      ...cancelledCompletion(0),
      insertText: ' end.',
      confidence: 0.7,
    });
    const asked = await suggestions.complete({ ...question('The█'), isInvoked: true });
    assert.deepEqual([asked.insertText, asked.confidence], [' end.', 0.7]);
    assert.deepEqual(
      asked.alternatives?.map(({ insertText }) => insertText),
      [' word', ' work', ' eve'],
    );
    assert.equal((await suggestions.complete(question('The█'))).insertText, ' end.');
    assert.deepEqual(link.asked, ['The']);
  });

  it('gives at most three besides what is shown', async () => {
    const { suggestions } = setUp();
    suggestions.adopt(question('The█'), { ...cancelledCompletion(0), insertText: ' other' });
    const asked = await suggestions.complete({ ...question('The█'), isInvoked: true });
    const texts = [asked, ...(asked.alternatives ?? [])].map(({ insertText }) => insertText);
    assert.deepEqual(texts, [' other', ' word', ' work', ' end']);
  });

  it('leaves what is shown the first also where the user types on before the others came', async () => {
    const { suggestions } = setUp();
    suggestions.adopt(question('The█'), {
      ...cancelledCompletion(0),
      insertText: ' worst',
      confidence: 0.7,
    });
    const abort = new AbortController();
    const asked = suggestions.complete({ ...question('The█'), isInvoked: true }, abort.signal);
    abort.abort();
    assert.equal((await asked).insertText, ' worst');
    await new Promise(setImmediate);
    assert.equal((await suggestions.complete(question('The w█'))).insertText, 'orst');
  });

  it('serves none of several that were made before all was to be forgotten', async () => {
    const { link, suggestions } = setUp();
    const asked = suggestions.complete({ ...question('The█'), isInvoked: true });
    suggestions.forget();
    assert.equal((await asked).alternatives?.length, 3);
    await suggestions.complete(question('The w█'));
    assert.deepEqual(link.asked, ['The', 'The w']);
  });
});
