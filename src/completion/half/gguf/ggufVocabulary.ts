/** The vocabulary in a GGUF file, and how its model cuts a text into tokens. */
import type { ForeignVocabulary } from '../../../model/bridge/foreignModel';
import { textVocabulary } from '../../../model/bridge/textVocabulary';
import { alphabetToBytes } from '../../../model/tokenizer/byteAlphabet';
import { BytePairEncoder } from '../../../model/tokenizer/bytePairEncoder';
import { LibraryTokenizer } from '../../../model/tokenizer/libraryTokenizer';
import type { GgufHead, GgufValue } from './ggufFile';
import { textPieces } from './textPieces';

export interface GgufVocabulary extends ForeignVocabulary {
  readonly beginOfTextId: number;
  /** Token ids of a text. Control tokens, such as chat marks, are not recognised in it: they are encoded as plain text. */
  readonly encodeText: (text: string) => number[];
}

/** `tokenizer.ggml.token_type`. */
const NORMAL = 1;
const USER_DEFINED = 4;
const BYTE = 6;

/** In UTF-16 units, several times that of any vocabulary: time grows with its square, and no regular expression may be so long. */
const LONGEST_TOKEN = 1024;
/** Most characters shown of the name of a kind. */
const LONGEST_KIND = 80;
const utf8 = new TextEncoder();
/** SentencePiece's symbol for a space. */
const SPACE_MARK = '▁';
const PLAIN_ADDED = {
  special: false,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
};
/** Separates documents in the training data of models that have it; a base model expects it before a text. */
const DOCUMENT_MARK = '<|endoftext|>';

/** @throws Error with one sentence when the vocabulary is missing or of an unknown kind */
export function ggufVocabulary({ metadata }: GgufHead, name: string): GgufVocabulary {
  const texts = strings(metadata.get('tokenizer.ggml.tokens'));
  const kind = metadata.get('tokenizer.ggml.model');
  if (texts.length === 0 || (kind !== 'gpt2' && kind !== 'llama')) {
    throw new Error(
      texts.length === 0
        ? `${name} has no vocabulary: it is not a language model, or only a part of one.`
        : `${name} cuts text as "${typeof kind === 'string' ? kind.slice(0, LONGEST_KIND) : 'unknown'}" does, and only byte-pair ("gpt2") and SentencePiece ("llama") vocabularies can be used. Choose another model.`,
    );
  }
  const tooLong = texts.findIndex(({ length }) => length > LONGEST_TOKEN);
  if (tooLong >= 0) {
    throw new Error(
      `${name} is damaged: its token ${tooLong} has ${texts[tooLong].length} characters. Download it again.`,
    );
  }
  const types = numbers(metadata.get('tokenizer.ggml.token_type'));
  const typeOf = (id: number): number => types[id] ?? NORMAL;
  const bytes = texts.map((text, id) => tokenBytes(text, typeOf(id), kind));
  const added = texts.flatMap((content, id) =>
    typeOf(id) === USER_DEFINED ? [{ id, content: kind === 'llama' ? spaced(content) : content }] : [],
  );
  const encodeText =
    kind === 'gpt2' ? bytePairs(texts, metadata, added) : sentencePieces(texts, metadata, added);
  const idOf = (key: string): number | null => {
    const id = metadata.get(`tokenizer.ggml.${key}_token_id`);
    return Number.isInteger(id) && texts[id as number] !== undefined ? (id as number) : null;
  };
  const mark = texts.indexOf(DOCUMENT_MARK);
  const addsBegin = metadata.get('tokenizer.ggml.add_bos_token') ?? kind === 'llama';
  const endOfTextId = mark >= 0 ? mark : idOf('eos');
  const beginOfTextId = (addsBegin === true ? idOf('bos') : null) ?? endOfTextId ?? idOf('bos') ?? 0;
  const addsSpace = kind === 'llama' && metadata.get('tokenizer.ggml.add_space_prefix') !== false;
  const vocabulary = textVocabulary({
    tokens: bytes,
    encode: encodeText,
    beginOfTextId,
    endOfTextId,
    documentPrefix: addsSpace ? ' ' : '',
  });
  return { ...vocabulary, beginOfTextId, encodeText };
}

function tokenBytes(text: string, type: number, kind: 'gpt2' | 'llama'): Uint8Array | null {
  if (type === BYTE) {
    return Uint8Array.of(parseInt(text.slice(3, 5), 16));
  }
  if (type !== NORMAL && type !== USER_DEFINED) {
    return null;
  }
  if (kind === 'llama') {
    return utf8.encode(spaced(text));
  }
  return type === USER_DEFINED ? utf8.encode(text) : alphabetToBytes(text);
}

const spaced = (text: string): string => text.replaceAll(SPACE_MARK, ' ');

interface AddedToken {
  readonly id: number;
  readonly content: string;
}

function bytePairs(
  tokens: readonly string[],
  metadata: GgufHead['metadata'],
  added: readonly AddedToken[],
): (text: string) => number[] {
  const merges = strings(metadata.get('tokenizer.ggml.merges')).map((pair) => {
    const [left, right] = pair.split(' ');
    return [left, right] as const;
  });
  const encoder = new BytePairEncoder({
    tokens,
    merges,
    added,
    ...textPieces(metadata.get('tokenizer.ggml.pre')),
  });
  return (text) => encoder.encode(text);
}

/** SentencePiece merges the neighbours that make the token of the highest score first, so its merges are ordered by score. */
function sentencePieces(
  texts: readonly string[],
  metadata: GgufHead['metadata'],
  added: readonly AddedToken[],
): (text: string) => number[] {
  const vocab = vocabularyOf(texts);
  const scores = numbers(metadata.get('tokenizer.ggml.scores'));
  const merges: { readonly pair: [string, string]; readonly score: number }[] = [];
  for (const [id, text] of texts.entries()) {
    for (let cut = 1; cut < text.length; cut++) {
      const pair: [string, string] = [text.slice(0, cut), text.slice(cut)];
      if (pair.every((part) => vocab[part] !== undefined)) {
        merges.push({ pair, score: scores[id] ?? 0 });
      }
    }
  }
  merges.sort((a, b) => b.score - a.score);
  const description = {
    added_tokens: added.map(({ id, content }) => ({ ...PLAIN_ADDED, id, content })),
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: SPACE_MARK },
    pre_tokenizer: null,
    model: {
      type: 'BPE',
      vocab,
      merges: merges.map(({ pair }) => pair),
      byte_fallback: true,
      fuse_unk: true,
      unk_token: '<unk>',
    },
    post_processor: null,
    decoder: null,
  };
  const tokenizer = new LibraryTokenizer(description, {});
  return (text) => (text === '' ? [] : tokenizer.encode(text, { add_special_tokens: false }).ids);
}

/** Without a prototype, since a vocabulary may hold the word "constructor". */
function vocabularyOf(texts: readonly string[]): Record<string, number | undefined> {
  const vocab = Object.create(null) as Record<string, number | undefined>;
  for (const [id, text] of texts.entries()) {
    vocab[text] = id;
  }
  return vocab;
}

const strings = (value: GgufValue | undefined): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
const numbers = (value: GgufValue | undefined): number[] =>
  Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : [];
