/**
 * Counts what became of the suggestions of this session. VS Code reports the acceptance of a whole suggestion; the
 * acceptance of a part is inferred when several characters arrive at once and agree with what was shown.
 */
import { agrees } from '../model/generation/agrees';
import { placeAfter, type Place } from './placeAfter';

/** Its place is that of the cursor when it was offered. */
export interface Suggestion extends Place {
  readonly uri: string;
  readonly text: string;
}

/** What VS Code inserts at one key, with the cursor in between. */
const PAIR = /^(?:\(\)|\[\]|\{\}|""|''|``)$/;

export interface TallyCounts {
  readonly shown: number;
  readonly accepted: number;
  readonly acceptedInPart: number;
  /** Characters that were accepted and so not typed. */
  readonly charactersSaved: number;
}

export class SuggestionTally {
  /** The suggestion offered last, or its rest after typing as suggested; kept whatever else was edited since. */
  private latest: Suggestion | null = null;
  private shown = 0;
  private accepted = 0;
  private acceptedInPart = 0;
  private charactersSaved = 0;
  /** Whether a part of the current suggestion was already counted, so that each suggestion counts once. */
  private partCounted = false;
  /** What remains of the shown suggestion after typing as suggested; an offer that agrees with it there does not count as new. */
  private rest: Suggestion | null = null;
  /** Whether others were offered with it, so that one of them may be on the screen instead. */
  private isOneOfSeveral = false;

  /** What is on the screen; null when nothing is, or it is not known which of several. */
  get current(): Suggestion | null {
    return this.isOneOfSeveral ? null : this.rest;
  }

  /** The cursor's place where something is on the screen, whichever of several it is. */
  get place(): Omit<Suggestion, 'text'> | null {
    return this.rest;
  }

  get counts(): TallyCounts {
    const { shown, accepted, acceptedInPart, charactersSaved } = this;
    return { shown, accepted, acceptedInPart, charactersSaved };
  }

  /** @param isOneOfSeveral whether the user can turn to others */
  offered(suggestion: Suggestion, isOneOfSeveral = false): void {
    const { rest } = this;
    const continues =
      rest?.uri === suggestion.uri &&
      rest.line === suggestion.line &&
      rest.character === suggestion.character &&
      agrees(rest.text, suggestion.text);
    if (!continues) {
      this.shown++;
      this.partCounted = false;
    }
    this.latest = suggestion;
    this.rest = suggestion;
    this.isOneOfSeveral = isOneOfSeveral;
  }

  /**
   * VS Code reports it after the edit, when the suggestion is no longer the current one.
   * @param text as it was offered, perhaps before its beginning was typed
   * @returns what was accepted; null when that is unknown
   */
  acceptedWhole(text: string): Suggestion | null {
    const { latest } = this;
    const accepted = latest !== null && this.isOneOfSeveral ? { ...latest, text } : latest;
    if (accepted !== null) {
      this.accepted++;
      this.charactersSaved += accepted.text.length;
    }
    this.latest = null;
    this.rest = null;
    return accepted;
  }

  /**
   * Notes a text inserted at a position of a document, which replaced nothing: keys, words, or a line of several.
   * @returns whether it accepted a part of the suggestion
   */
  inserted(uri: string, line: number, character: number, written: string): boolean {
    // Suggestions have bare line feeds, whatever ends the document's lines.
    const text = written.replaceAll('\r\n', '\n');
    const offer = this.rest;
    if (offer?.uri !== uri) {
      return false;
    }
    this.dropped();
    if (
      offer.line !== line ||
      offer.character !== character ||
      PAIR.test(text) ||
      text.length >= offer.text.length ||
      !offer.text.startsWith(text)
    ) {
      return false;
    }
    this.isOneOfSeveral = false;
    // Enter inserts a line feed with the indentation.
    const isAccepted = Array.from(text).length > 1 && text.trim() !== '';
    if (isAccepted) {
      this.acceptedInPart += this.partCounted ? 0 : 1;
      this.charactersSaved += text.length;
      this.partCounted = true;
    }
    this.rest = {
      ...offer,
      ...placeAfter(offer, text),
      text: offer.text.slice(text.length),
    };
    this.latest = this.rest;
    return isAccepted;
  }

  /** Notes an edit other than a single insertion. */
  edited(uri: string): void {
    if (this.rest?.uri === uri) {
      this.dropped();
    }
  }

  /** Notes that the suggestion is no longer shown, such as when the cursor went elsewhere. */
  dropped(): void {
    this.rest = null;
  }
}
