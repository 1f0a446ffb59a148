/**
 * What became of the suggestions of this session. A whole acceptance is reported by VS Code; that a part was
 * accepted is inferred: several characters arrive at once and agree with what was shown.
 */
export interface Suggestion {
  readonly uri: string;
  /** Of the cursor when it was offered. */
  readonly line: number;
  readonly character: number;
  readonly text: string;
}

export interface TallyCounts {
  readonly shown: number;
  readonly accepted: number;
  readonly acceptedInPart: number;
  /** Characters that were accepted and so not typed. */
  readonly charactersSaved: number;
}

export class SuggestionTally {
  /** The last one offered, whatever was edited since. */
  private latest: Suggestion | null = null;
  private shown = 0;
  private accepted = 0;
  private acceptedInPart = 0;
  private charactersSaved = 0;
  /** Whether part of the present suggestion was already counted, so that each counts once. */
  private partCounted = false;
  private rest: Suggestion | null = null;

  /** The rest of what is shown, after typing as suggested; a new offer that equals it is no new suggestion. */
  get current(): Suggestion | null {
    return this.rest;
  }

  get counts(): TallyCounts {
    const { shown, accepted, acceptedInPart, charactersSaved } = this;
    return { shown, accepted, acceptedInPart, charactersSaved };
  }

  offered(suggestion: Suggestion): void {
    const { rest } = this;
    const continues =
      rest?.uri === suggestion.uri &&
      rest.line === suggestion.line &&
      rest.character === suggestion.character &&
      (rest.text.startsWith(suggestion.text) || suggestion.text.startsWith(rest.text));
    if (!continues) {
      this.shown++;
      this.partCounted = false;
    }
    this.latest = suggestion;
    this.rest = suggestion;
  }

  /** VS Code tells of it after the edit, so the suggestion is no longer the current one. */
  acceptedWhole(): void {
    if (this.latest !== null) {
      this.accepted++;
      this.charactersSaved += this.latest.text.length;
    }
    this.latest = null;
    this.rest = null;
  }

  /**
   * A text was inserted in a document, at a position; nothing was replaced.
   * @returns whether part of the suggestion was accepted by it
   */
  inserted(uri: string, line: number, character: number, text: string): boolean {
    const offer = this.rest;
    if (offer?.uri !== uri) {
      return false;
    }
    this.dropped();
    if (
      offer.line !== line ||
      offer.character !== character ||
      text.includes('\n') ||
      text.length >= offer.text.length ||
      !offer.text.startsWith(text)
    ) {
      return false;
    }
    const isAccepted = Array.from(text).length > 1;
    if (isAccepted) {
      this.acceptedInPart += this.partCounted ? 0 : 1;
      this.charactersSaved += text.length;
      this.partCounted = true;
    }
    this.rest = {
      ...offer,
      character: character + text.length,
      text: offer.text.slice(text.length),
    };
    return isAccepted;
  }

  /** An edit was made that is no insertion. */
  edited(uri: string): void {
    if (this.rest?.uri === uri) {
      this.dropped();
    }
  }

  /** The cursor went elsewhere. */
  dropped(): void {
    this.rest = null;
  }
}
