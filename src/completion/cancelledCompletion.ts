import type { CompletedResponse } from '../protocol/generatorProtocol';

/** The result of a cancelled completion. */
export function cancelledCompletion(id: number): CompletedResponse {
  return {
    kind: 'completed',
    id,
    insertText: '',
    noSuggestionReason: 'cancelled',
    stopReason: 'cancelled',
    confidence: 0,
  };
}
