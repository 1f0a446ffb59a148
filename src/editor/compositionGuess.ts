/** Tells the steps of an input method from other edits, since VS Code does not report composition to extensions. */
import type { TextChange } from './textChange';

/**
 * Letters, digits and separators of an input method's raw spelling, and unfinished syllables; it begins with no space. Before letters,
 * characters may stand that were chosen for its beginning, as in 你hao.
 */
const SPELLING =
  /^(?! )(?:\p{Script=Han}+(?=[\p{Script=Latin}\p{Script=Bopomofo}' ]+$))?[\p{Script=Latin}\p{Mark}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}0-9' ー]+$/u;
/** What a dead key writes until a letter takes its accent, as ´ for é; among them signs that are no accents alone. */
const DEAD_KEY = /^[\p{Modifier_Symbol}'"~]$/u;
/** Between syllables of a raw spelling. */
const SEPARATORS = /[ ']/g;

/**
 * At each key, an input method replaces exactly what its last key wrote (`n` by `ni`, `ni` by `ni h`); other
 * edits insert, or replace something else. Finished characters, in a script that is not a spelling, end the composition.
 */
export class CompositionGuess {
  /** By document, since other documents, such as a program's output, change while the user types in one. */
  private readonly steps = new Map<string, Step>();

  isComposing(uri: string): boolean {
    return this.steps.get(uri)?.isComposing ?? false;
  }

  /**
   * @param changes of one edit of a document
   * @param isUndo whether the edit undoes another, or does it again, which may look like a step
   */
  changed(uri: string, changes: readonly TextChange[], isUndo = false): void {
    const last = this.steps.get(uri);
    const [change] = changes;
    if (changes.length !== 1 || isUndo) {
      this.steps.delete(uri);
      return;
    }
    this.steps.set(uri, {
      offset: change.rangeOffset,
      length: change.text.length,
      isDeadKey: change.rangeLength === 0 && DEAD_KEY.test(change.text),
      isComposing:
        change.rangeLength > 0 &&
        change.rangeOffset === last?.offset &&
        change.rangeLength === last.length &&
        !(last.isDeadKey && isAccented(change.text)) &&
        addsKey(change) &&
        SPELLING.test(change.text),
    });
  }

  /** Forgets a document that was closed. */
  closed(uri: string): void {
    this.steps.delete(uri);
  }
}

/** Whether a change adds a letter at most, and perhaps a separator before it; a completion that is accepted after a letter adds more. */
const addsKey = ({ text, rangeLength }: TextChange): boolean =>
  text.length <= rangeLength + 2 && text.replaceAll(SEPARATORS, '').length <= rangeLength + 1;

/** Whether a text is one letter with a mark, which nothing is added to. */
const isAccented = (text: string): boolean => /^\p{Letter}\p{Mark}+$/u.test(text.normalize('NFD'));

/** The last change of a document, where it was a single one. */
interface Step {
  readonly offset: number;
  readonly length: number;
  readonly isDeadKey: boolean;
  readonly isComposing: boolean;
}
