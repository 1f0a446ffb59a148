import assert from 'node:assert/strict';
import { SuggestionTally } from '../../../src/editor/suggestionTally';

const uri = 'file:///draft.md';
function offering(text: string): SuggestionTally {
  const tally = new SuggestionTally();
  tally.offered({ uri, line: 4, character: 10, text });
  return tally;
}

describe('the tally of suggestions', () => {
  it('counts a whole acceptance that VS Code reports after its edit', () => {
    const tally = offering('lamp in the window');
    tally.inserted(uri, 4, 10, 'lamp in the window');
    tally.acceptedWhole('lamp in the window');
    assert.deepEqual(tally.counts, { shown: 1, accepted: 1, acceptedInPart: 0, charactersSaved: 18 });
  });

  it('counts words accepted one after the other as one suggestion accepted in part', () => {
    const tally = offering('lamp in the window');
    assert.ok(tally.inserted(uri, 4, 10, 'lamp'));
    assert.deepEqual(tally.current, { uri, line: 4, character: 14, text: ' in the window' });
    tally.offered({ uri, line: 4, character: 14, text: ' in the window' });
    assert.ok(tally.inserted(uri, 4, 14, ' in'));
    assert.deepEqual(tally.counts, { shown: 1, accepted: 0, acceptedInPart: 1, charactersSaved: 7 });
  });

  it('counts no character twice when the rest is accepted before it is offered again', () => {
    const tally = offering('lamp in the window');
    tally.inserted(uri, 4, 10, 'lamp');
    tally.inserted(uri, 4, 14, ' in the window');
    tally.acceptedWhole('lamp in the window');
    assert.equal(tally.counts.charactersSaved, 'lamp in the window'.length);
  });

  it('does not count what the user types along with a suggestion', () => {
    const tally = offering('lamp');
    assert.ok(!tally.inserted(uri, 4, 10, 'l'));
    tally.offered({ uri, line: 4, character: 11, text: 'amp' });
    assert.deepEqual(tally.counts, { shown: 1, accepted: 0, acceptedInPart: 0, charactersSaved: 0 });
    assert.equal(tally.current?.text, 'amp');
    tally.offered({ uri, line: 4, character: 11, text: 'amp in the window' });
    assert.deepEqual([tally.current.text, tally.counts.shown], ['amp in the window', 1]);
  });

  it('counts the next suggestion anew when the user typed something else', () => {
    const tally = offering('lamp');
    tally.inserted(uri, 4, 10, 'x');
    assert.equal(tally.current, null);
    tally.offered({ uri, line: 4, character: 11, text: 'ylophone' });
    assert.equal(tally.counts.shown, 2);
  });

  it('counts another suggestion at the same place anew, and what is accepted of it', () => {
    const tally = offering('lamp in the window');
    tally.inserted(uri, 4, 10, 'lamp');
    tally.offered({ uri, line: 4, character: 14, text: ' on the table' });
    tally.inserted(uri, 4, 14, ' on');
    assert.deepEqual(tally.counts, { shown: 2, accepted: 0, acceptedInPart: 2, charactersSaved: 7 });
  });

  it('counts the same words anew where they are offered at another place', () => {
    for (const [where, line, character] of [
      ['file:///other.md', 4, 10],
      [uri, 5, 10],
      [uri, 4, 11],
    ] as const) {
      const tally = offering('lamp');
      tally.offered({ uri: where, line, character, text: 'lamp' });
      assert.equal(tally.counts.shown, 2, `${where}:${line}:${character}`);
    }
  });

  it('counts an acceptance once, and none where nothing was shown', () => {
    const tally = new SuggestionTally();
    tally.acceptedWhole('lamp');
    assert.equal(tally.counts.accepted, 0);
    tally.offered({ uri, line: 4, character: 10, text: 'lamp' });
    tally.acceptedWhole('lamp');
    assert.equal(tally.place, null);
    tally.acceptedWhole('lamp');
    assert.deepEqual(tally.counts, { shown: 1, accepted: 1, acceptedInPart: 0, charactersSaved: 4 });
  });

  it('counts what was accepted of several, whichever it was, and claims of none that it is on the screen', () => {
    const tally = offering('lamp');
    for (let turn = 0; turn < 3; turn++) {
      tally.offered({ uri, line: 4, character: 10, text: 'lamp' }, true);
      assert.equal(tally.current, null);
      assert.notEqual(tally.place, null);
    }
    tally.inserted(uri, 4, 10, 'candle');
    tally.acceptedWhole('candle');
    assert.deepEqual(tally.counts, { shown: 1, accepted: 1, acceptedInPart: 0, charactersSaved: 6 });
    tally.offered({ uri, line: 4, character: 16, text: ' burned' });
    assert.equal(tally.current?.text, ' burned');
  });

  it('counts a line that is accepted of several, and goes on in the next', () => {
    for (const end of ['\n', '\r\n']) {
      const tally = offering('lamp\n  burned\n  low');
      assert.ok(tally.inserted(uri, 4, 10, `lamp${end}`));
      assert.deepEqual(tally.current, { uri, line: 5, character: 0, text: '  burned\n  low' });
      assert.ok(tally.inserted(uri, 5, 0, `  burned${end}  `));
      assert.deepEqual(tally.current, { uri, line: 6, character: 2, text: 'low' });
      assert.deepEqual(tally.counts, { shown: 1, accepted: 0, acceptedInPart: 1, charactersSaved: 16 });
    }
  });

  it('follows Enter and the indentation that it brings, and takes them for no acceptance', () => {
    const tally = offering('\n  burned');
    assert.equal(tally.inserted(uri, 4, 10, '\n  '), false);
    assert.deepEqual(tally.current, { uri, line: 5, character: 2, text: 'burned' });
  });

  it('counts a word of two characters', () => {
    const tally = offering('亮了一夜');
    assert.ok(tally.inserted(uri, 4, 10, '亮了'));
    assert.deepEqual(tally.counts, { shown: 1, accepted: 0, acceptedInPart: 1, charactersSaved: 2 });
  });

  it('knows which of several is on the screen once the user types along with it', () => {
    const tally = new SuggestionTally();
    tally.offered({ uri, line: 4, character: 10, text: 'lamp' }, true);
    tally.inserted(uri, 4, 10, 'l');
    assert.equal(tally.current?.text, 'amp');
  });

  it('takes neither one typed character, however long, nor a pair of brackets for an acceptance', () => {
    assert.equal(offering('🙂 and the lamp').inserted(uri, 4, 10, '🙂'), false);
    const call = offering('() + 1');
    assert.equal(call.inserted(uri, 4, 10, '()'), false);
    assert.equal(call.current, null, 'The cursor stands between them.');
  });

  it('keeps what is shown while a program writes into another document', () => {
    const tally = offering('lamp in the window');
    tally.inserted('output:build', 90, 0, 'built in 2 s');
    tally.edited('output:build');
    assert.equal(tally.current?.text, 'lamp in the window');
    tally.inserted(uri, 4, 10, 'lamp');
    assert.equal(tally.counts.acceptedInPart, 1);
    tally.offered({ uri, line: 4, character: 14, text: ' in the window' });
    tally.edited(uri);
    assert.equal(tally.current, null);
  });

  it('takes no text of another place or document for an acceptance', () => {
    for (const [where, line, character] of [
      [uri, 5, 10],
      [uri, 4, 9],
      ['file:///other.md', 4, 10],
    ] as const) {
      const tally = offering('lamp in the window');
      tally.inserted(where, line, character, 'lamp');
      assert.equal(tally.counts.acceptedInPart, 0);
    }
  });
});
