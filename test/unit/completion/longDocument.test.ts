import assert from 'node:assert/strict';
import { completeDocument } from '../../../src/completion/completeDocument';
import { DocumentReader } from '../../../src/completion/documentReader';
import { textAroundCursor } from '../../../src/completion/textAroundCursor';
import { seededRandom } from '../../../src/model/generation/seededRandom';
import { Mixture } from '../../../src/model/mixture/mixture';
import { tokenKinds } from '../../../src/model/tokenizer/tokenKinds';
import { shippedTokenizer as tokenizer } from '../../support/shippedTokenizer';
import { toItsEnd } from '../../support/toItsEnd';

const WORDS = 'some of them went down to the old mill by water and others stayed behind for a while'.split(
  ' ',
);

function filler(characters: number, seed = 1): string {
  const random = seededRandom(seed);
  let text = '';
  while (text.length < characters) {
    const words = Array.from({ length: 8 }, () => WORDS[Math.floor(random() * WORDS.length)]);
    text += `${words.join(' ')}.\n`;
  }
  return text;
}

const NAMED = 'Then Horath Quindlewick of the Ferrymen spoke.\n'.repeat(8);
const URI = 'file:///novel/novel.txt';

/** @param earlier where the cursor was before */
function suggested(text: string, cursor: number, saved: string, earlier?: number): string {
  const { endOfTextId } = tokenizer;
  const model = new Mixture({
    endOfTextId,
    kinds: tokenKinds(tokenizer),
    gate: null,
    networks: [],
  });
  model.workspace.learnFile(URI, tokenizer.encode(saved), false);
  const reader = new DocumentReader(model, tokenizer);
  const at = (offset: number) =>
    textAroundCursor(URI, 'plaintext', offset, (start, end) => text.slice(start, end));
  if (earlier !== undefined) {
    const { prefix, suffix } = at(earlier);
    reader.moveTo(URI, prefix, suffix);
  }
  const question = { document: at(cursor), multiline: false, eagerness: 0.5, maxNewTokens: 24 };
  return toItsEnd(completeDocument(model, tokenizer, reader, question)).insertText;
}

describe('ghost text in a document that is longer than what is read around the cursor', () => {
  it('knows the words of its beginning at its end, and those of its end at its beginning', () => {
    const rest = filler(200_000);
    const atEnd = `${NAMED}${rest}Then Horath Quindle`;
    assert.equal(suggested(atEnd, atEnd.length, NAMED + rest), 'wick of the Ferrymen spoke.');
    const atStart = `Then Horath Quindle\n${rest}${NAMED}`;
    assert.equal(
      suggested(atStart, 'Then Horath Quindle'.length, rest + NAMED),
      'wick of the Ferrymen spoke.',
    );
  });

  it('knows the words that stood below the cursor before it went far up, and are no longer in what is read around it', () => {
    const text = `${filler(1000, 2)}Then Horath Quindle\n${filler(100_000, 3)}${NAMED}${filler(100_000, 4)}`;
    const cursor = text.indexOf('Quindle') + 'Quindle'.length;
    assert.equal(suggested(text, cursor, text, 60_000), 'wick of the Ferrymen spoke.');
  });

  it('does not take what was saved right after the cursor for what comes next', () => {
    const around = filler(100_000);
    const text = `${around}Then Horath Quindle\n${around}`;
    const cursor = text.indexOf('Quindle') + 'Quindle'.length;
    const saved = text.replace('Quindle\n', 'Quindlewick of the Ferrymen spoke.\n');
    assert.equal(suggested(text, cursor, saved), '');
  });
});
