/** What the token numbers of a Keras model stand for. */
interface VocabularyBase {
  /** One more than the largest number that stands for something. */
  readonly size: number;
  /** Sizes of a softmax that this vocabulary may have: from its own to this. Numbers beyond `size` stand for nothing. */
  readonly largestSize: number;
  /** The number of what the vocabulary lacks, or null. */
  readonly unknownId: number | null;
  /** The number that fills windows and never follows a text, or null when every number is a token. */
  readonly paddingId: number | null;
}

/** A Hugging Face tokenizer: subwords that spell every text, or nearly. */
export interface BpeVocabulary extends VocabularyBase {
  readonly kind: 'bpe';
  /** Bytes by token; null for one that is no text. */
  readonly tokens: readonly (Uint8Array | null)[];
  readonly beginOfTextId: number | null;
  readonly endOfTextId: number | null;
  /** Token ids of a text, without marks of begin and end. */
  readonly encode: (text: string) => readonly number[];
  /** Whether {@link encode} runs regular expressions out of the file, which need not come to an end: not Understudy's own. */
  readonly hasPatterns: boolean;
}

export interface WordVocabulary extends VocabularyBase {
  readonly kind: 'words';
  /** By token; null for a number without a word. */
  readonly words: readonly (string | null)[];
  /** Whether text was put in lower case. */
  readonly isLowerCase: boolean;
  /** Characters that were replaced by the separator. */
  readonly filters: string;
  /** Between words; several in a row are one. */
  readonly separator: string;
}

export interface CharacterVocabulary extends VocabularyBase {
  readonly kind: 'characters';
  /** By token, one code point each; null for a number without one. */
  readonly characters: readonly (string | null)[];
  readonly isLowerCase: boolean;
  /** Characters that were left out. */
  readonly filters: string;
}

export type Vocabulary = BpeVocabulary | WordVocabulary | CharacterVocabulary;

/** A vocabulary that cannot be used; the message is a sentence for the user. */
export class VocabularyError extends Error {
  override readonly name = 'VocabularyError';
}

/** @throws VocabularyError when a model's softmax is of another size than its vocabulary allows */
export function checkVocabularySize(
  vocabulary: Vocabulary,
  vocabularyName: string,
  vocabSize: number,
  modelName: string,
): void {
  const { size, largestSize } = vocabulary;
  if (vocabSize < size || vocabSize > largestSize) {
    const has = size === largestSize ? `${size}` : `between ${size} and ${largestSize}`;
    throw new VocabularyError(
      `The vocabulary "${vocabularyName}" is not that of the Keras model "${modelName}": the model predicts ${vocabSize} tokens, and the vocabulary has ${has}. Choose the vocabulary that the model was trained with.`,
    );
  }
}
