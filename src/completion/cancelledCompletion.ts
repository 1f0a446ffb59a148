import type { CompletedResponse } from '../protocol/generatorProtocol';

/** What a completion that is not waited for any more settles with. */
export function cancelledCompletion(id: number, milliseconds: number): CompletedResponse {
  return {
    kind: 'completed',
    id,
    insertText: '',
    noSuggestionReason: 'cancelled',
    stopReason: 'cancelled',
    confidence: 0,
    source: 'generated',
    milliseconds,
  };
}
