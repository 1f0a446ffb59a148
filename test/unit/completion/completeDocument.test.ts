import assert from 'node:assert/strict';
import { completeDocument, type Completion } from '../../../src/completion/completeDocument';
import { DocumentReader } from '../../../src/completion/documentReader';
import type { CompletionQuestion } from '../../../src/protocol/generatorProtocol';
import { CountingMixture } from '../../support/countingMixture';
import { shippedTokenizer as tokenizer } from '../../support/shippedTokenizer';
import { toItsEnd } from '../../support/toItsEnd';

const LESSON = 'The committee approved the annual budget.\nThe committee approved the building plan.\n';

function complete(prefix: string, options: Partial<CompletionQuestion> = {}, lesson = LESSON) {
  const model = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(lesson.repeat(3))]);
  const work = completeDocument(model, tokenizer, new DocumentReader(model, tokenizer), {
    document: { uri: 'file:///a.md', languageId: 'markdown', prefix, suffix: '' },
    multiline: false,
    eagerness: 0.9,
    maxNewTokens: 24,
    ...options,
  });
  return toItsEnd(work);
}

describe('ghost text for a document', () => {
  it('does not suggest what was refused here, but the next best', () => {
    const first = complete('The committee approved the').insertText;
    const word = first.split(' ').slice(0, 2).join(' ');
    const second = complete('The committee approved the', { refused: [word] }).insertText;
    assert.notEqual(second, '');
    assert.ok(!second.startsWith(word));
    assert.deepEqual(new Set([first, second]), new Set([' annual budget.', ' building plan.']));
  });

  it('finds others besides where the user asks, and something where it would not be shown unasked', () => {
    const all = ({ insertText, alternatives = [] }: Completion) =>
      [insertText, ...alternatives.map((alternative) => alternative.insertText)].sort();
    const both = [' annual budget.', ' building plan.'];
    const prefix = 'The committee approved the';
    assert.deepEqual(all(complete(prefix, { isInvoked: true })), both);
    assert.equal(complete(prefix).alternatives, undefined);
    const cautious = complete(prefix, { eagerness: 0 });
    assert.deepEqual([cautious.insertText, cautious.noSuggestionReason], ['', 'lowConfidence']);
    const asked = complete(prefix, { eagerness: 0, isInvoked: true });
    assert.deepEqual(all(asked), both);
    assert.equal(asked.noSuggestionReason, undefined);
    assert.ok(asked.confidence > 0 && asked.confidence < 0.6);
  });

  it('keeps what comes before the refused word', () => {
    const { insertText } = complete('The committee', {
      refused: [' approved the annual', ' approved the building'],
    });
    assert.equal(insertText, ' approved the');
  });

  it('goes on in Chinese as the user writes it: with the title of a chapter behind a space, with two signs in a row', () => {
    assert.equal(complete('# 第二章', {}, '- 第二章 故人西辞\n').insertText, ' 故人西辞');
    assert.equal(complete('“谁知道呢？', {}, '“谁知道呢？！”老掌柜说。\n').insertText, '！”');
  });

  it('says truly why the likeliest continuation may not be inserted', () => {
    const reason = (languageId: string, prefix: string, lesson: string, multiline = false) => {
      const document = { uri: 'file:///a', languageId, prefix, suffix: '' };
      return complete(prefix, { document, multiline }, lesson).noSuggestionReason;
    };
    assert.equal(reason('typescript', 'stop();', 'stop();\n\n', true), 'blankLine');
    assert.equal(reason('typescript', 'stop();', 'stop();\n\n'), 'lineEnd');
    assert.equal(reason('markdown', 'The end.', 'The end.\n'), 'lineEnd');
    assert.equal(reason('markdown', 'The end.', 'The end.\n', true), undefined);
    assert.equal(reason('typescript', 'const x = y', 'const x = y)\n'), 'repeatsSuffix');
  });

  it('stands before more code only where the user wants it, and joins that', () => {
    const lesson = 'open(door); close(door); open(lid); close(lid);\n'.repeat(2);
    const document = {
      uri: 'file:///a.ts',
      languageId: 'typescript',
      prefix: 'open(door); close',
      suffix: '; open',
    };
    const shown = (midLineInCode?: boolean) =>
      complete('', { document, ...(midLineInCode !== undefined && { midLineInCode }) }, lesson);
    assert.equal(shown().noSuggestionReason, 'midLine');
    assert.equal(shown(false).noSuggestionReason, 'midLine');
    assert.equal(shown(true).insertText, '(door)');
  });

  it('ends with its sentence in prose alone, and has to be surer of itself in code', () => {
    const lesson = 'The committee approved the annual budget. Then it met in October.\n';
    const shown = (languageId: string, options: Partial<CompletionQuestion>, text = lesson) => {
      const document = { uri: 'file:///a', languageId, prefix: 'The committee approved the', suffix: '' };
      return complete('', { document, ...options }, text);
    };
    assert.equal(shown('markdown', {}).insertText, ' annual budget.');
    assert.equal(shown('typescript', {}).insertText, ' annual budget. Then it met in October.');
    assert.notEqual(shown('markdown', { eagerness: 0.12 }, LESSON).insertText, '');
    const { insertText, noSuggestionReason } = shown('typescript', { eagerness: 0.12 }, LESSON);
    assert.deepEqual([insertText, noSuggestionReason], ['', 'lowConfidence']);
  });

  it('ends sooner for a user who never takes a word of a partly right suggestion', () => {
    const places = ['Leeds in the western hills', 'York on the river', 'Bath of old'];
    const lesson = places.map((place) => `We met the honourable member for ${place}. `.repeat(2)).join('');
    const shown = (takesWords: number) =>
      complete('We met the', { eagerness: 0.6, takesWords }, lesson).insertText;
    assert.ok(shown(1).startsWith(`${shown(0)} `), shown(1));
  });

  it('teaches the gate about a slow half where that was waited for', () => {
    const taughtBy = (isPatient: boolean) => {
      let taught = 0;
      const model = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON)]);
      model.learnSlowHalf = () => {
        taught++;
        return true;
      };
      const document = {
        uri: 'file:///a.md',
        languageId: 'markdown',
        prefix: 'The committee app',
        suffix: '',
      };
      const question = { document, multiline: false, eagerness: 0.9, maxNewTokens: 24, isPatient };
      toItsEnd(completeDocument(model, tokenizer, new DocumentReader(model, tokenizer), question));
      return taught;
    };
    assert.ok(taughtBy(true) > 0);
    assert.equal(taughtBy(false), 0);
  });

  it('shows less where suggestions have proved wrong, and more where they have proved right', () => {
    const shown = (confidenceShift: number) =>
      complete('The committee', { eagerness: 0.5, confidenceShift }).insertText.length;
    assert.ok(shown(-1.5) <= shown(0) && shown(0) <= shown(1.5));
    assert.ok(shown(-1.5) < shown(1.5));
  });
});
