/** Tells the steps of an input method from other edits; VS Code tells extensions nothing of composition. */
export interface TextChange {
  readonly offset: number;
  readonly replacedLength: number;
  readonly text: string;
}

/** Letters, digits and separators of an input method's raw spelling, and syllables in the making. */
const SPELLING =
  /^[\p{Script=Latin}\p{Mark}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}0-9' ー]+$/u;

/**
 * An input method replaces, at each key, exactly what its last key wrote (`n` by `ni`, `ni` by `ni h`); other
 * editing inserts, or replaces something else. The finished characters, in a script that is not a spelling, end it.
 */
export class CompositionGuess {
  private last: TextChange | null = null;
  private guess = false;

  get composing(): boolean {
    return this.guess;
  }

  /** @param changes of one edit */
  changed(changes: readonly TextChange[]): void {
    const [change] = changes;
    const single = changes.length === 1 && change !== undefined;
    this.guess =
      single &&
      this.last !== null &&
      change.replacedLength > 0 &&
      change.offset === this.last.offset &&
      change.replacedLength === this.last.text.length &&
      SPELLING.test(change.text);
    this.last = single ? change : null;
  }
}
