/** The answer to *Why No Suggestion?*, based on the outcome of the last request. */
import type { CompletionOutcome, SilentReason } from './inlineCompletionProvider';
import type { NoSuggestionReason } from '../protocol/generatorProtocol';
import type { Translate } from './translate';

/** The id of the setting that an answer in any language names; null when it names none. */
export function settingNamedIn(answer: string): string | null {
  return /(?:understudy|editor)(?:\.[A-Za-z]+)+/.exec(answer)?.[0] ?? null;
}

/**
 * @param canTrain whether there is a folder to train on
 * @param isKeptFromModel whether the language model in use is not asked, as the text may hold secrets
 */
export function explainOutcome(
  t: Translate,
  outcome: CompletionOutcome | null,
  canTrain: boolean,
  isKeptFromModel = false,
): string {
  if (outcome === null) {
    return t(
      'VS Code has not asked for a suggestion since this text was shown. It asks at every key, except in a read-only text, while a window is still starting, and where the setting editor.inlineSuggest.enabled is off or suggestions are snoozed.',
    );
  }
  if (outcome.kind === 'silent') {
    return explainSilence(t, outcome.reason, outcome.languageId);
  }
  const { response } = outcome;
  if (response.insertText === '') {
    const reason = response.noSuggestionReason ?? 'lowConfidence';
    const answer = explainRefusal(t, reason, canTrain);
    return isKeptFromModel && reason === 'lowConfidence'
      ? t('{0} The language model was not asked, as this text may hold a password or key.', answer)
      : answer;
  }
  return t(
    'The last request had a suggestion (characters: {0}, confidence: {1} %). If you did not see it, the setting editor.inlineSuggest.enabled may be off, a snippet may be waiting for its placeholders, or another extension may have answered first.',
    response.insertText.length,
    Math.round(100 * response.confidence),
  );
}

function explainSilence(t: Translate, reason: SilentReason, languageId: string): string {
  switch (reason) {
    case 'off':
      return t(
        'Understudy is off for {0}. Turn it on with the setting understudy.enable, or by its item in the status bar.',
        languageId,
      );
    case 'emptyDocument':
      return t('The document is empty, so there is nothing to continue.');
    case 'multipleCursors':
      return t('There are several cursors; ghost text is shown only for a single one.');
    case 'readOnly':
      return t('The document cannot be changed, so nothing is suggested in it.');
    case 'composing':
      return t('An input method seems to be composing; ghost text comes back when it is done.');
    case 'suggestWidget':
      return t(
        'The suggestion does not begin with the item that is selected in the list of completions. Press Escape to close the list and see it.',
      );
    case 'failed':
      return t('Suggestions failed; Understudy: Show Log tells more.');
  }
}

function explainRefusal(t: Translate, reason: NoSuggestionReason, canTrain: boolean): string {
  switch (reason) {
    case 'lowConfidence':
      return canTrain
        ? t(
            'The model was not sure enough of any continuation. Trigger Inline Suggestion shows the likeliest one anyway; a higher understudy.eagerness shows more, and training on the workspace makes the model surer.',
          )
        : t(
            'The model was not sure enough of any continuation. Trigger Inline Suggestion shows the likeliest one anyway; a higher understudy.eagerness shows more.',
          );
    case 'lineEnd':
      return t(
        'The line most likely ends here, and ghost text ends with the line. The setting understudy.multiline lets it continue.',
      );
    case 'midWord':
      return t(
        'The cursor is inside a word or right before one. Ghost text is shown at the end of a word; if you insert words before another one, it comes from the second on.',
      );
    case 'midLine':
      return t(
        'There is code after the cursor. In code, ghost text is shown where only closing brackets, quotes and separators follow; the setting understudy.midLineInCode shows it elsewhere, too.',
      );
    case 'repeatsSuffix':
      return t(
        'The likeliest continuation is already there, after the cursor or in a line just above, or would close what is not open.',
      );
    case 'blankLine':
      return t('The likeliest continuation begins with a blank line; in code, ghost text ends before one.');
    case 'empty':
      return t('There is no text before the cursor, so there is nothing to continue.');
    case 'cancelled':
      return t('The text changed before the answer came.');
    case 'notReady':
      return t('Nothing has been learned yet: there is no model and no text of a workspace.');
  }
}
