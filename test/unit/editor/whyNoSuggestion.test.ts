import assert from 'node:assert/strict';
import type { SilentReason } from '../../../src/editor/inlineCompletionProvider';
import { explainOutcome, settingNamedIn } from '../../../src/editor/whyNoSuggestion';
import type { CompletedResponse, NoSuggestionReason } from '../../../src/protocol/generatorProtocol';
import { inEnglish } from '../../../src/editor/translate';

const answered = (response: Partial<CompletedResponse>, canTrain = true, isKept = false): string =>
  explainOutcome(
    inEnglish,
    {
      kind: 'answered',
      response: {
        kind: 'completed',
        id: 1,
        insertText: '',
        confidence: 0,
        ...response,
      },
    },
    canTrain,
    isKept,
  );
const silent = (reason: SilentReason): string =>
  explainOutcome(inEnglish, { kind: 'silent', reason, languageId: 'latex' }, true);

describe('Why No Suggestion?', () => {
  it('says that nothing was asked for yet, and which setting may be why', () => {
    const answer = explainOutcome(inEnglish, null, true);
    assert.match(answer, /^VS Code has not asked for a suggestion/);
    assert.equal(settingNamedIn(answer), 'editor.inlineSuggest.enabled');
  });

  it('names the language that is off, and the setting', () => {
    assert.match(silent('off'), /off for latex.*understudy\.enable/);
  });

  it('does not say that text stands after the cursor where it may be a line above, or a bracket', () => {
    assert.match(
      answered({ noSuggestionReason: 'repeatsSuffix' }),
      /after the cursor or in a line just above.*close/,
    );
  });

  it('advises training only where there is a folder to train on', () => {
    assert.match(answered({ noSuggestionReason: 'lowConfidence' }), /training on the workspace/);
    assert.doesNotMatch(answered({ noSuggestionReason: 'lowConfidence' }, false), /training|workspace/);
  });

  it('says that a language model was not asked about a text that may hold a key', () => {
    const answer = answered({ noSuggestionReason: 'lowConfidence' }, true, true);
    assert.match(answer, /not sure enough.* language model was not asked.*password or key\.$/);
    assert.equal(settingNamedIn(answer), 'understudy.eagerness');
    assert.doesNotMatch(answered({ noSuggestionReason: 'midWord' }, true, true), /language model/);
  });

  it('has an answer of its own to each reason', () => {
    const silences = (
      ['off', 'emptyDocument', 'multipleCursors', 'readOnly', 'composing', 'suggestWidget', 'failed'] as const
    ).map(silent);
    const reasons: NoSuggestionReason[] = [
      'lowConfidence',
      'lineEnd',
      'midWord',
      'midLine',
      'repeatsSuffix',
      'blankLine',
      'empty',
      'cancelled',
      'notReady',
    ];
    const refusals = reasons.map((noSuggestionReason) => answered({ noSuggestionReason }));
    assert.equal(new Set([...silences, ...refusals]).size, silences.length + refusals.length);
  });

  it('says how sure the model was when there was a suggestion after all', () => {
    assert.match(answered({ insertText: 'lamp', confidence: 0.614 }), /characters: 4, confidence: 61 %/);
  });

  it('leads to the setting that it names, in any language', () => {
    assert.equal(settingNamedIn(silent('off')), 'understudy.enable');
    assert.equal(settingNamedIn(answered({ noSuggestionReason: 'lowConfidence' })), 'understudy.eagerness');
    assert.equal(settingNamedIn(answered({ noSuggestionReason: 'lineEnd' })), 'understudy.multiline');
    assert.equal(settingNamedIn(answered({ insertText: 'lamp' })), 'editor.inlineSuggest.enabled');
    assert.equal(settingNamedIn('调高understudy.eagerness会显示更多。'), 'understudy.eagerness');
    assert.equal(settingNamedIn(silent('failed')), null);
  });
});
