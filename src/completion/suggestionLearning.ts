/**
 * Learning from use: whether the user then wrote what was suggested, and whether the user accepts single words of it. This
 * corrects the confidence of later suggestions and fits their length to the user; what was refused at a place is not suggested
 * there again. It is inferred from the text before the cursor at each request, since VS Code tells no extension what became of a
 * suggestion.
 */
import { setNewest } from '../model/boundedMap';
import { rightPart } from '../model/evaluate/keystrokes';
import { learnShift } from '../model/generation/confidenceShift';
import type { TextKind } from '../model/generation/expectedSaving';
import { learnTaking, UNKNOWN_TAKING } from '../model/generation/wordTaking';
import { wordEnds } from '../model/generation/wordUnits';
import type { CompleteRequest, GeneratorDocument } from '../protocol/generatorProtocol';
import { textKind } from './cursorPlace';
import { commonLength } from './readDocument';
import { isUnfinishedSpelling } from './unfinishedSpelling';

/** What was learned; it holds no text, so that it may be stored. */
export interface Learned {
  /** Log-odds by the kind of text, see `confidenceShift.ts`. */
  readonly prose: number;
  readonly code: number;
  /** See `wordTaking.ts`. */
  readonly takesWords: number;
}

type Lessons = Required<Pick<CompleteRequest, 'confidenceShift' | 'takesWords' | 'refused'>>;

interface OpenSuggestion {
  readonly uri: string;
  /** Length and end of the text before it. */
  readonly prefixLength: number;
  readonly prefixEnd: string;
  /** The beginning of the text after it. */
  readonly suffixStart: string;
  readonly text: string;
  readonly confidence: number;
  readonly kind: TextKind;
  readonly wordTaken: boolean;
}

/** Characters before a place by which it is recognised. */
const PLACE = 64;
/** Places remembered; the oldest is forgotten first. */
const MOST_PLACES = 500;

export class SuggestionLearning {
  private learned: Learned;
  /** The one on the screen, last, and one that was fully written: the next character shows whether its last word goes on. */
  private open: readonly OpenSuggestion[] = [];
  /** Refused texts, by document and the text before the place. Kept for the session only, since they are the user's text. */
  private readonly refusals = new Map<string, Set<string>>();

  /**
   * @param stored what {@link store} received in an earlier session
   * @param store called when something was learned
   */
  constructor(
    { prose = 0, code = 0, takesWords = UNKNOWN_TAKING }: Partial<Record<keyof Learned, number | undefined>>,
    private readonly store: (learned: Learned) => void,
  ) {
    this.learned = { prose, code, takesWords };
  }

  /** The learned part of a request at this cursor. Each request also shows what became of the earlier suggestions. */
  lessonsFor(document: GeneratorDocument): Lessons {
    this.look(document);
    return {
      confidenceShift: this.learned[textKind(document.languageId)],
      takesWords: this.learned.takesWords,
      refused: [...(this.refusals.get(placeKey(document.uri, document.prefix)) ?? [])],
    };
  }

  /** A suggestion is shown at this cursor. */
  shown(document: GeneratorDocument, text: string, confidence: number): void {
    const { uri, prefix, suffix } = document;
    const isRest = this.open.some((open) => {
      const typed = typedAfter(open, document);
      return typed !== null && open.text === typed + text;
    });
    if (!isRest) {
      const written = this.open.filter((open) => open.text === typedAfter(open, document));
      const prefixEnd = prefix.slice(-PLACE);
      const suffixStart = suffix.slice(0, PLACE);
      const fresh = { uri, prefixLength: prefix.length, prefixEnd, suffixStart, text, confidence };
      this.open = [...written, { ...fresh, kind: textKind(document.languageId), wordTaken: false }];
    }
  }

  /** A part of the suggestion on the screen was accepted. */
  wordTaken(): void {
    this.open = this.open.map((open, i) =>
      i === this.open.length - 1 ? { ...open, wordTaken: true } : open,
    );
  }

  private look(document: GeneratorDocument): void {
    this.open = this.open.filter((open) => {
      const typed = typedAfter(open, document);
      // When the cursor went elsewhere, it is unknown whether the suggestion was right.
      const isOpen = typed !== null && mayAgree(typed, open.text);
      if (typed !== null && !isOpen) {
        this.settle(open, document, typed);
      }
      return isOpen;
    });
  }

  private settle(open: OpenSuggestion, document: GeneratorDocument, typed: string): void {
    const right = rightPart(open.text, document.prefix, document.prefix.slice(0, open.prefixLength));
    const wasRight = right === open.text;
    const { [open.kind]: shift, takesWords } = this.learned;
    this.learned = {
      ...this.learned,
      [open.kind]: learnShift(shift, open.confidence, wasRight),
      takesWords: wasRight ? takesWords : learnTaking(takesWords, right, open.wordTaken),
    };
    this.store(this.learned);
    if (!wasRight) {
      this.refuse(open, document, commonLength(open.text, typed));
    }
  }

  /** Remembers the first wrong word at its own place, and the text up to its end where the suggestion began. */
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
    setNewest(this.refusals, place, refused.add(text), MOST_PLACES);
  }
}

/** What was written after the beginning of a suggestion; null when the text before it is no longer there, or the cursor is elsewhere. */
function typedAfter(open: OpenSuggestion, { uri, prefix, suffix }: GeneratorDocument): string | null {
  const isSameText =
    uri === open.uri &&
    prefix.length >= open.prefixLength &&
    prefix.slice(0, open.prefixLength).endsWith(open.prefixEnd);
  const typed = isSameText ? prefix.slice(open.prefixLength) : '';
  // Typing keeps the old suffix right of the cursor, but for brackets that are typed over. On a later line without it, or behind
  // words of it, the cursor was moved past it instead.
  const inCommon = typed.slice(0, commonLength(typed, open.suffixStart));
  const isBehindIt = typed.includes('\n') || /[\p{L}\p{N}]/u.test(inCommon);
  const hasMovedOn = isBehindIt && !suffix.slice(0, 2 * PLACE).includes(open.suffixStart);
  return isSameText && !hasMovedOn ? typed : null;
}

/** Whether what was typed agrees with a suggestion, or may when an input method has done with it. */
function mayAgree(typed: string, suggestion: string): boolean {
  const agreed = commonLength(typed, suggestion);
  return agreed === typed.length || isUnfinishedSpelling(typed.slice(agreed), suggestion.slice(agreed));
}

/** A copy, as a slice that is kept as a key would keep the whole text in memory. */
const placeKey = (uri: string, prefix: string): string => JSON.stringify([uri, prefix.slice(-PLACE)]);
