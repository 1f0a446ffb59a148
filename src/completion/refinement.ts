/** Whether a suggestion made by waiting for the slow language model replaces the one that is shown. */
import type { CompletedResponse, NoSuggestionReason } from '../protocol/generatorProtocol';

/** What the shown text becomes: longer, another text, or, where there was none, a first one. */
export type Refinement = 'extended' | 'replaced' | 'first';

/**
 * Milliseconds for which a suggestion may be replaced. After that the user has read it and expects Tab to insert what was read;
 * it can still grow at its end.
 */
export const REPLACEABLE_FOR = 1000;

/**
 * Null keeps the shown text: the refined one is empty, equal or a beginning of it, or the user has read or typed the shown one.
 * @param age of the shown suggestion, in milliseconds
 */
export function refinementOf(
  standing: CompletedResponse,
  refined: CompletedResponse,
  age: number,
): Refinement | null {
  const [before, after] = [standing.insertText, refined.insertText];
  if (after === '' || before.startsWith(after)) {
    return null;
  }
  if (before === '') {
    return 'first';
  }
  if (after.startsWith(before)) {
    return 'extended';
  }
  return standing.isTypedAlong === true || age > REPLACEABLE_FOR ? null : 'replaced';
}

/** Why there is no suggestion where another model may have one. */
const DOUBTS: readonly (NoSuggestionReason | undefined)[] = ['lowConfidence', 'lineEnd', 'notReady'];

/** Whether waiting can help; it cannot where the place itself rules a suggestion out. */
export function isRefinable({ insertText, noSuggestionReason }: CompletedResponse): boolean {
  return insertText !== '' || DOUBTS.includes(noSuggestionReason);
}
