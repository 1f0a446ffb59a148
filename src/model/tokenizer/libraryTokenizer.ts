import * as tokenizers from '@huggingface/tokenizers';

/** The part of Hugging Face's library that is used here: a tokenizer of any kind, built from the content of a `tokenizer.json`. */
export interface LibraryTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  token_to_id(token: string): number | undefined;
  get_vocab(): ReadonlyMap<string, number>;
}

/** The library's own declarations do not resolve in an extension's module system. */
export const { Tokenizer: LibraryTokenizer } = tokenizers as unknown as {
  readonly Tokenizer: new (description: unknown, configuration: object) => LibraryTokenizer;
};

/** A clause on why the library failed on its input: its own message, if it is a short, plain Error; other errors come of damaged input. */
export function libraryFault(error: unknown): string {
  return error instanceof Error &&
    error.constructor === Error &&
    error.message.length <= LONGEST_FAULT &&
    !NAMES_NOTHING.test(error.message)
    ? error.message
    : 'it is damaged or of an unknown kind';
}

const LONGEST_FAULT = 200;
/** What JavaScript writes for a value that is missing or no text, as in "Unknown Normalizer type: undefined". */
const NAMES_NOTHING = /\bundefined\b|\[object /;
