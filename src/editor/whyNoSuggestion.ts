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
      'VS Code has asked for no suggestion since this text was shown. It asks at each key, but not in a read-only text, not while a window is still starting, and not where the setting editor.inlineSuggest.enabled is off or suggestions are snoozed.',
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
    'The last request had a suggestion (characters: {0}, confidence: {1} %). If you did not see it, the setting editor.inlineSuggest.enabled may be off, placeholders of a snippet may wait to be filled in, or another extension may have answered first.',
    response.insertText.length,
    Math.round(100 * response.confidence),
  );
}

function explainSilence(t: Translate, reason: SilentReason, languageId: string): string {
  switch (reason) {
    case 'off':
      return t(
        'Understudy is off for {0}: see the setting understudy.enable, or click its item in the status bar.',
        languageId,
      );
    case 'emptyDocument':
      return t('The document is empty, so there is nothing to continue.');
    case 'multipleCursors':
      return t('There are several cursors; ghost text is shown for a single one.');
    case 'readOnly':
      return t('The document cannot be changed, so nothing is suggested in it.');
    case 'composing':
      return t('An input method seems to be composing; ghost text comes back when it is done.');
    case 'suggestWidget':
      return t(
        'The suggestion did not agree with the selected item of the list of completions; it is shown once Escape has closed the list.',
      );
    case 'failed':
      return t('The generator failed; Understudy: Show Log tells more.');
  }
}

function explainRefusal(t: Translate, reason: NoSuggestionReason, canTrain: boolean): string {
  switch (reason) {
    case 'lowConfidence':
      return canTrain
        ? t(
            'The model was not sure enough of any continuation. Trigger Inline Suggestion shows the likeliest all the same; a higher understudy.eagerness shows more, and training on the workspace makes it surer.',
          )
        : t(
            'The model was not sure enough of any continuation. Trigger Inline Suggestion shows the likeliest all the same; a higher understudy.eagerness shows more.',
          );
    case 'lineEnd':
      return t(
        'The line most likely ends here, and ghost text ends with the line. The setting understudy.multiline lets it go on.',
      );
    case 'midWord':
      return t(
        'The cursor stands inside a word, or right before one; ghost text is shown at the end of a word, and where words are inserted before another, from the second of them on.',
      );
    case 'midLine':
      return t(
        'Code stands after the cursor; in code, ghost text is shown where only closing brackets, quotes and separators follow. The setting understudy.midLineInCode shows it elsewhere, too.',
      );
    case 'repeatsSuffix':
      return t(
        'The likeliest continuation stands after the cursor or in a line just above already, or would close what is not open.',
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
