/**
 * Pre-tokenization of the common byte-pair vocabularies: where they split a text before merging. Chosen by the name in the GGUF
 * file (`tokenizer.ggml.pre`; patterns from llama.cpp, src/llama-vocab.cpp).
 */

interface TextPieces {
  /** Applied in turn, each to the pieces that the one before left. */
  readonly patterns: readonly string[];
  /** Whether a piece that is a token is used as it is, whatever the merges say. */
  readonly wholeWordsFirst: boolean;
}

const GPT2 = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const CONTRACTION = String.raw`'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]`;
const LINE_ENDS = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const words = (digits: string) =>
  String.raw`(?:${CONTRACTION})|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|${LINE_ENDS}`;
const UPPER = String.raw`(?:(?=\p{L})[^a-z])`;
const LOWER = String.raw`(?:(?=\p{L})[^A-Z])`;
const casedWords = (ending: string, digits: string) =>
  String.raw`[^\r\n\p{L}\p{N}]?${UPPER}*${LOWER}+${ending}|[^\r\n\p{L}\p{N}]?${UPPER}+${LOWER}*${ending}|${digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${LINE_ENDS}`;

const THREE_DIGITS = String.raw`\p{N}{1,3}`;
const DIGIT = String.raw`\p{N}`;

const KINDS: readonly { readonly names: readonly string[]; readonly pieces: TextPieces }[] = [
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b'],
    pieces: { patterns: [DIGIT, GPT2], wholeWordsFirst: false },
  },
  {
    names: ['llama3', 'llama-v3', 'llama-bpe', 'falcon3', 'smaug-bpe', 'dbrx'],
    pieces: { patterns: [words(THREE_DIGITS)], wholeWordsFirst: true },
  },
  {
    names: ['qwen2', 'deepseek-r1-qwen', 'stablelm2', 'hunyuan', 'megrez'],
    pieces: { patterns: [words(DIGIT)], wholeWordsFirst: false },
  },
  {
    names: ['tekken', 'pixtral'],
    pieces: { patterns: [casedWords('', DIGIT)], wholeWordsFirst: true },
  },
  {
    names: ['gpt-4o', 'llama4'],
    pieces: { patterns: [casedWords(`(?:${CONTRACTION})?`, THREE_DIGITS)], wholeWordsFirst: false },
  },
];

/** GPT-2's rule where the name is unknown or missing. */
export function textPieces(name: unknown): TextPieces {
  const known = KINDS.find(({ names }) => names.includes(String(name)));
  return known?.pieces ?? { patterns: [GPT2], wholeWordsFirst: false };
}
