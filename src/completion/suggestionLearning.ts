/**
 * Learning from use: whether what was suggested is what the user then wrote. It makes the confidence of later suggestions
 * truer, and what was refused at a place is not suggested there again. Nothing but the text before the cursor at each request
 * is looked at, since VS Code tells no extension what became of a suggestion.
 */
import { isInsideWord } from '../model/evaluate/keystrokes';
import { learnShift } from '../model/generation/confidenceShift';
import { wordEnds } from '../model/generation/wordUnits';
import type { CompleteRequest, GeneratorDocument } from '../protocol/generatorProtocol';
import { isProse } from './cursorPlace';

/** Learned log-odds, see `confidenceShift.ts`; it holds no text, so that it may be stored. */
export interface LearnedShifts {
  readonly prose: number;
  readonly code: number;
}

type Lessons = Required<Pick<CompleteRequest, 'confidenceShift' | 'refused'>>;

interface OpenSuggestion {
  readonly uri: string;
  /** The text before it: how much, and its end. */
  readonly prefixLength: number;
  readonly prefixEnd: string;
  readonly text: string;
  readonly confidence: number;
  readonly kind: keyof LearnedShifts;
}

/** Characters before a place by which it is known again. */
const PLACE = 64;
/** Places remembered; the oldest is forgotten first. */
const MOST_PLACES = 500;

export class SuggestionLearning {
  private shifts: LearnedShifts;
  /** The one on the screen, and one that was written to its end, of which the next character tells whether a word goes on. */
  private open: readonly OpenSuggestion[] = [];
  /** By document and the text before the place, what was refused there. Kept for the session only, since it is the user's text. */
  private readonly refusals = new Map<string, Set<string>>();

  /**
   * @param stored what {@link store} was given in an earlier session; anything else starts afresh
   * @param store called when something was learned
   */
  constructor(
    stored: unknown,
    private readonly store: (shifts: LearnedShifts) => void,
  ) {
    this.shifts = { prose: storedShift(stored, 'prose'), code: storedShift(stored, 'code') };
  }

  /** What a request for a suggestion at this cursor takes along. Every request shows what became of the suggestion before. */
  lessonsFor(document: GeneratorDocument): Lessons {
    this.look(document);
    return {
      confidenceShift: this.shifts[kindOf(document)],
      refused: [...(this.refusals.get(placeKey(document.uri, document.prefix)) ?? [])],
    };
  }

  /** A suggestion is shown at this cursor. */
  shown(document: GeneratorDocument, text: string, confidence: number): void {
    const { uri, prefix } = document;
    const isRest = this.open.some((open) => open.text === `${typedAfter(open, document)}${text}`);
    if (!isRest) {
      const written = this.open.filter((open) => open.text === typedAfter(open, document));
      const prefixEnd = prefix.slice(-PLACE);
      const fresh = { uri, prefixLength: prefix.length, prefixEnd, text, confidence, kind: kindOf(document) };
      this.open = [...written, fresh];
    }
  }

  private look(document: GeneratorDocument): void {
    this.open = this.open.filter((open) => {
      const typed = typedAfter(open, document);
      // Where the cursor went elsewhere, nobody knows whether the suggestion was right.
      const isOpen = typed !== null && open.text.startsWith(typed);
      if (typed !== null && !isOpen) {
        this.settle(open, document, typed);
      }
      return isOpen;
    });
  }

  private settle(open: OpenSuggestion, document: GeneratorDocument, typed: string): void {
    const wasRight = typed.startsWith(open.text) && !isInsideWord(document.prefix, endOf(open));
    const shift = learnShift(this.shifts[open.kind], open.confidence, wasRight);
    this.shifts = { ...this.shifts, [open.kind]: shift };
    this.store(this.shifts);
    if (!wasRight) {
      this.refuse(open, document, agreedLength(open.text, typed));
    }
  }

  /** Remembers the first wrong word, at the place where it was to stand and at the one where the suggestion began. */
  private refuse(open: OpenSuggestion, { prefix }: GeneratorDocument, agreed: number): void {
    const before = prefix.slice(0, open.prefixLength);
    const ends = wordEnds(before, open.text);
    const end = ends.find((length) => length > agreed) ?? open.text.length;
    const start = ends.findLast((length) => length < end) ?? 0;
    this.remember(placeKey(open.uri, before), open.text.slice(0, end));
    if (start > 0) {
      const word = open.text.slice(start, end);
      this.remember(placeKey(open.uri, before + open.text.slice(0, start)), word);
    }
  }

  private remember(place: string, text: string): void {
    const refused = this.refusals.get(place) ?? new Set<string>();
    this.refusals.delete(place);
    this.refusals.set(place, refused.add(text));
    if (this.refusals.size > MOST_PLACES) {
      const [oldest] = this.refusals.keys();
      this.refusals.delete(oldest);
    }
  }
}

/** What stands after the beginning of a suggestion; null when the text before it is no longer there. */
function typedAfter(open: OpenSuggestion, { uri, prefix }: GeneratorDocument): string | null {
  const isSameText =
    uri === open.uri &&
    prefix.length >= open.prefixLength &&
    prefix.slice(0, open.prefixLength).endsWith(open.prefixEnd);
  return isSameText ? prefix.slice(open.prefixLength) : null;
}

const endOf = ({ prefixLength, text }: OpenSuggestion): number => prefixLength + text.length;
const kindOf = ({ languageId }: GeneratorDocument): keyof LearnedShifts =>
  isProse(languageId) ? 'prose' : 'code';
const placeKey = (uri: string, prefix: string): string => `${uri}\n${prefix.slice(-PLACE)}`;

function agreedLength(text: string, typed: string): number {
  let length = 0;
  while (length < typed.length && text[length] === typed[length]) {
    length++;
  }
  return length;
}

function storedShift(stored: unknown, kind: keyof LearnedShifts): number {
  const value: unknown = typeof stored === 'object' && stored !== null ? Reflect.get(stored, kind) : 0;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}
