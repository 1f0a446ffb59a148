/**
 * Suggestions that stay valid as the user types along, accepts a word or goes back a step, so that the shown text stays on the
 * screen and a late answer is not lost. Whatever is served continues exactly the text before the cursor.
 */
import type { CompletedResponse, CompletionQuestion } from '../protocol/generatorProtocol';

type CachedSuggestion = Pick<CompletedResponse, 'insertText' | 'confidence' | 'isTypedAlong' | 'isAsked'>;

interface Entry {
  /** See {@link keyOf}. */
  readonly key: string;
  readonly prefixLength: number;
  /** See {@link endOf}; with its length, enough to recognise the prefix. */
  readonly prefixEnd: string;
  readonly insertText: string;
  readonly confidence: number;
  readonly isAsked: boolean;
}

/** Characters before and after the cursor that must be the same. */
const COMPARED = 1024;
const CAPACITY = 64;

export class SuggestionCache {
  /** Most recently used last. */
  private readonly entries: Entry[] = [];

  remember(
    question: CompletionQuestion,
    {
      insertText,
      confidence,
      isAsked = false,
    }: Pick<CompletedResponse, 'insertText' | 'confidence' | 'isAsked'>,
  ): void {
    if (insertText === '') {
      return;
    }
    const { prefix } = question.document;
    this.use({
      key: keyOf(question),
      prefixLength: prefix.length,
      prefixEnd: endOf(prefix),
      insertText,
      confidence,
      isAsked,
    });
  }

  /** The rest of the most recently used suggestion that the user has typed along with; null when there is none. */
  answer(question: CompletionQuestion): CachedSuggestion | null {
    const key = keyOf(question);
    const { prefix } = question.document;
    const entry = this.entries.findLast((candidate) => candidate.key === key && continues(candidate, prefix));
    if (entry === undefined) {
      return null;
    }
    this.use(entry);
    return {
      insertText: entry.insertText.slice(prefix.length - entry.prefixLength),
      confidence: entry.confidence,
      isTypedAlong: true,
      ...(entry.isAsked && { isAsked: true }),
    };
  }

  clear(): void {
    this.entries.length = 0;
  }

  private use(entry: Entry): void {
    const index = this.entries.indexOf(entry);
    if (index >= 0) {
      this.entries.splice(index, 1);
    }
    this.entries.push(entry);
    if (this.entries.length > CAPACITY) {
      this.entries.shift();
    }
  }
}

/** Of everything but the prefix that a suggestion depends on; not of what is learned from use, which changes with each suggestion. */
export function keyOf({
  document,
  multiline,
  midLineInCode = false,
  eagerness,
  maxNewTokens,
  refused = [],
}: CompletionQuestion): string {
  return JSON.stringify([
    document.uri,
    document.languageId,
    document.suffix.length,
    document.suffix.slice(0, COMPARED),
    multiline,
    midLineInCode,
    eagerness,
    maxNewTokens,
    refused,
  ]);
}

/** Whether `prefix` is the entry's prefix followed by a beginning of its suggestion, but not all of it. */
function continues({ prefixLength, prefixEnd, insertText }: Entry, prefix: string): boolean {
  const typed = prefix.length - prefixLength;
  return (
    typed >= 0 &&
    typed < insertText.length &&
    prefix.endsWith(insertText.slice(0, typed)) &&
    endOf(prefix.slice(0, prefixLength)) === prefixEnd
  );
}

/** The last characters of a text; a copy, as a slice that is kept would keep the whole text in memory. */
const endOf = (text: string): string => JSON.stringify(text.slice(-COMPARED));
