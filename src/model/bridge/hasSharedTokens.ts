import { isEqual } from '../commonPrefix';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ForeignModel } from './foreignModel';

/** Whether a model's tokens are the shared ones, one by one, so that it needs no bridge. */
export function hasSharedTokens({ expert, vocabulary }: ForeignModel, tokenizer: Tokenizer): boolean {
  const { vocabSize, endOfTextId } = tokenizer;
  if (
    expert.vocabSize !== vocabSize ||
    vocabulary.tokens.length !== vocabSize ||
    vocabulary.endOfTextId !== endOfTextId
  ) {
    return false;
  }
  for (let id = 0; id < vocabSize; id++) {
    const own = vocabulary.tokens[id];
    if (id !== endOfTextId && (own === null || !isEqual(own, tokenizer.tokenBytes(id)))) {
      return false;
    }
  }
  return true;
}
