import * as tokenizers from '@huggingface/tokenizers';

/** What of Hugging Face's library is used here: a tokenizer of any kind, made of the content of a `tokenizer.json`. */
export interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  token_to_id(token: string): number | undefined;
  get_vocab(): ReadonlyMap<string, number>;
}

/** The library's own declarations do not resolve in an extension's module system. */
export const { Tokenizer: LibraryTokenizer } = tokenizers as unknown as {
  readonly Tokenizer: new (description: unknown, configuration: object) => LibraryTokenizer;
};

/** Why the library would not have a description or a text, as a clause; over what is of a wrong kind it stumbles in words of its own. */
export function libraryFault(error: unknown): string {
  return error instanceof Error && error.constructor === Error && error.message.length <= LONGEST_FAULT
    ? error.message
    : 'it is damaged or of an unknown kind';
}

const LONGEST_FAULT = 200;
