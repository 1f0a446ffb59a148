/** What the token numbers of a Keras model stand for. */
interface VocabularyBase {
  /** One more than the largest number with a meaning. */
  readonly size: number;
  /** The softmax of its model may have from `size` to this many outputs; numbers from `size` on mean nothing. */
  readonly largestSize: number;
  /** The number for text that the vocabulary lacks, or null. */
  readonly unknownId: number | null;
}

/** A Hugging Face tokenizer: subwords that can spell every text, or nearly every. */
export interface BpeVocabulary extends VocabularyBase {
  readonly kind: 'bpe';
  /** Bytes by token; null for a token without text. */
  readonly tokens: readonly (Uint8Array | null)[];
  readonly beginOfTextId: number | null;
  readonly endOfTextId: number | null;
  /** A space where the tokenizer puts one before a document; usually empty. */
  readonly documentPrefix: string;
  /** Token ids of a text that may go on from another, without marks of begin and end. */
  readonly encode: (text: string) => readonly number[];
  /** Whether the file is such that {@link encode} may never end. */
  readonly mayHang: boolean;
}

export interface WordVocabulary extends VocabularyBase {
  readonly kind: 'words';
  /** By token; null for a number without a word. */
  readonly words: readonly (string | null)[];
  /** Whether the text was lowercased. */
  readonly isLowerCase: boolean;
  /** Characters that were replaced by the separator. */
  readonly filters: string;
  /** The separator between words; several in a row count as one. */
  readonly separator: string;
}

export interface CharacterVocabulary extends VocabularyBase {
  readonly kind: 'characters';
  /** By token, one code point each; null for a number without one. */
  readonly characters: readonly (string | null)[];
  readonly isLowerCase: boolean;
}

export type Vocabulary = BpeVocabulary | WordVocabulary | CharacterVocabulary;

/** A vocabulary that cannot be used; the message is a sentence for the user. */
export class VocabularyError extends Error {}

/** @throws VocabularyError when a model's softmax has a size that its vocabulary does not allow */
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
