import * as vscode from 'vscode';
import { isProse } from '../completion/cursorPlace';
import { commitBox } from '../editor/commitBox';
import { startsRun, startsWithPair } from '../editor/firstWord';
import type { Parts } from '../editor/parts';
import type { Suggestion } from '../editor/suggestionTally';
import type { SuggestionWatch } from '../editor/suggestionWatch';
import { firstWord } from '../model/generation/wordUnits';

/** Settles when the word requested last is in the text. */
let earlier: Promise<unknown> = Promise.resolve();

/**
 * *Accept Next Word of Suggestion*: accepts one word with the space before it, also in Chinese, where VS Code's own command accepts a
 * whole run of characters. A key pressed again before the word is in the text accepts the next word.
 */
export function acceptWord(parts: Parts): Promise<void> {
  const accepted = earlier.then(() => takeWord(parts));
  earlier = accepted.catch(() => undefined);
  return parts.watch.keepKeyUntil(accepted);
}

async function takeWord({ watch }: Parts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const at = cursor(editor, watch.tally.place);
  const isInEditor = editor !== undefined && at?.document === editor.document;
  const suggestion = isInEditor ? watch.suggestionAt(editor) : at && watch.tally.current;
  if (suggestion !== null) {
    watch.tookWord();
  }
  const takesItself = suggestion !== null && (startsRun(suggestion.text) || startsWithPair(suggestion.text));
  if (at === null || !takesItself) {
    const { acceptances } = watch;
    await acceptByVsCode(at, suggestion?.text ?? '', watch);
    if (watch.acceptances > acceptances) {
      // It was the last word, after which VS Code's own command asks for no next suggestion.
      await watch.askAsAtKey();
    }
    return;
  }
  const word = firstWord(textBefore(at), suggestion.text);
  if (word === suggestion.text) {
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
  } else if (isInEditor) {
    await editor.edit((edit) => {
      edit.insert(at.position, word);
    });
    await watch.askAsAtKey();
  } else {
    // An extension can write into the commit message box only as keys do, after which VS Code asks by itself.
    await vscode.commands.executeCommand('type', { text: word });
  }
}

interface Place {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
}

/** Of the cursor's line. */
const textBefore = ({ document, position }: Place): string =>
  document.lineAt(position).text.slice(0, position.character);

/** The cursor. The commit message box is no editor to extensions, so its cursor is where the suggestion was shown. */
function cursor(editor: vscode.TextEditor | undefined, shown: Omit<Suggestion, 'text'> | null): Place | null {
  const box = commitBox(shown?.uri);
  if (shown !== null && box !== undefined) {
    return { document: box, position: new vscode.Position(shown.line, shown.character) };
  }
  return editor === undefined ? null : { document: editor.document, position: editor.selection.active };
}

/**
 * Accepts a word of whatever ghost text is shown, one of several or another extension's, too. VS Code's own command may accept only
 * the space or the backslash before a word, or a word of prose up to its apostrophe, and is then run again; or a whole run of Chinese,
 * which is then shortened.
 * @param suggestion what is shown; empty where that is unknown
 */
async function acceptByVsCode(at: Place | null, suggestion: string, watch: SuggestionWatch): Promise<void> {
  const next = (): Thenable<unknown> =>
    vscode.commands.executeCommand('editor.action.inlineSuggest.acceptNextWord');
  if (at === null) {
    await next();
    return;
  }
  const { line, character } = at.position;
  const rest = (): string => at.document.lineAt(line).text.slice(character);
  const before = rest();
  const takeNext = async (): Promise<string> => {
    await next();
    return rest().slice(0, rest().length - before.length);
  };
  const whole = isProse(at.document.languageId) ? firstWord(textBefore(at), suggestion) : '';
  const isPart = (text: string): boolean =>
    /^\s*\\?$/.test(text) || (text.length < whole.length && whole.startsWith(text));
  let taken = '';
  for (let more = await takeNext(); more !== taken; more = isPart(taken) ? await takeNext() : taken) {
    taken = more;
  }
  const word = firstWord(textBefore(at), taken);
  const editor = vscode.window.activeTextEditor;
  if (!startsRun(taken) || word === taken || editor?.document !== at.document) {
    return;
  }
  const surplus = new vscode.Range(line, character + word.length, line, character + taken.length);
  await editor.edit((edit) => {
    edit.delete(surplus);
  });
  await watch.askAsAtKey();
}
