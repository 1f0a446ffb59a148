/** Whether a suggestion for which the slow language model was waited takes the place of the one that stands. */
import type { CompletedResponse } from '../protocol/generatorProtocol';

/** What standing text becomes: more of the same, another text, or, where there was none, a first one. */
export type Refinement = 'extended' | 'replaced' | 'first';

/**
 * Milliseconds for which a suggestion may be exchanged. After that it has been read, and whoever presses Tab wants what was
 * read; it can still grow at its end.
 */
export const REPLACEABLE_FOR = 1000;

/**
 * Null leaves what stands: it is the same, or the beginning that the slow model would end sooner, or it was read or typed along
 * with.
 * @param age of the standing suggestion, in milliseconds
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
  const isTypedAlong = standing.source === 'typedAsSuggested' || standing.source === 'prefixCache';
  return isTypedAlong || age > REPLACEABLE_FOR ? null : 'replaced';
}

/** Whether waiting could bring something: not where the place itself rules a suggestion out. */
export function isRefinable({ insertText, noSuggestionReason }: CompletedResponse): boolean {
  return insertText !== '' || noSuggestionReason === 'lowConfidence' || noSuggestionReason === 'notReady';
}
