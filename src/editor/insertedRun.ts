import type { TextChange } from './textChange';

/** Follows, by document, the text that is being inserted at one place in one go. */
export class InsertedRun {
  /** Offsets of its beginning and end. */
  private readonly runs = new Map<string, { readonly from: number; readonly to: number }>();

  /** UTF-16 units of the inserted text that ends at `offset`; 0 where none does. */
  lengthBefore(uri: string, offset: number): number {
    const run = this.runs.get(uri);
    return run?.to === offset ? run.to - run.from : 0;
  }

  /** @param changes of one edit of a document */
  changed(uri: string, changes: readonly TextChange[]): void {
    const [{ rangeOffset, rangeLength, text }] = changes;
    const run = this.runs.get(uri);
    const end = rangeOffset + text.length;
    if (changes.length !== 1) {
      this.runs.delete(uri);
    } else if (run !== undefined && run.from <= rangeOffset && rangeOffset + rangeLength === run.to) {
      // Typed on, deleted at its end, or written anew there, as by an input method.
      this.runs.set(uri, { from: run.from, to: end });
    } else if (rangeLength === 0) {
      this.runs.set(uri, { from: rangeOffset, to: end });
    } else {
      this.runs.delete(uri);
    }
  }

  /** Forgets a document that was closed. */
  closed(uri: string): void {
    this.runs.delete(uri);
  }
}
