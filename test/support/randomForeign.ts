import { trainBpe } from '../../pretraining/trainBpe';
import { nextBoundary } from '../../src/model/tokenizer/preTokenize';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import type { Expert } from '../../src/model/expert';
import { OneByOne } from '../../src/model/oneByOne';
import type { ForeignModel, ForeignVocabulary } from '../../src/model/bridge/foreignModel';
import { textVocabulary } from '../../src/model/bridge/textVocabulary';

export function tokenizerOf(text: string, vocabSize: number): Tokenizer {
  const counts = new Map<string, number>();
  for (let at = 0; at < text.length;) {
    const end = nextBoundary(text, at);
    const piece = text.slice(at, end);
    counts.set(piece, (counts.get(piece) ?? 0) + 1);
    at = end;
  }
  return trainBpe(counts, vocabSize);
}

export const tokensOf = (tokenizer: Tokenizer): (Uint8Array | null)[] =>
  Array.from({ length: tokenizer.vocabSize }, (_, id) =>
    id === tokenizer.endOfTextId ? null : tokenizer.tokenBytes(id),
  );

export const bytePairVocabulary = (tokenizer: Tokenizer): ForeignVocabulary =>
  textVocabulary({
    tokens: tokensOf(tokenizer),
    encode: (text) => tokenizer.encode(text),
    beginOfTextId: tokenizer.endOfTextId,
    endOfTextId: tokenizer.endOfTextId,
  });

/** Every byte is a token; 256 begins and ends a text. */
export const byteVocabulary = (): ForeignVocabulary =>
  textVocabulary({
    tokens: Array.from({ length: 257 }, (_, id) => (id < 256 ? Uint8Array.of(id) : null)),
    encode: (text) => new TextEncoder().encode(text),
    beginOfTextId: 256,
    endOfTextId: 256,
  });

type History = readonly number[];

/** Probabilities that depend on the whole history in a way that no bridge can guess. */
export class RandomExpert extends OneByOne<History> implements Expert<History> {
  readonly name = 'random';

  constructor(
    readonly vocabSize: number,
    private readonly seed: number,
    /** Makes some tokens impossible after others. */
    private readonly allows: (history: History, id: number) => boolean = () => true,
    /** 0: all alike; larger: some tokens far more likely than others. */
    private readonly sharpness = 6,
  ) {
    super();
  }

  start(): History {
    return [];
  }

  next(state: History, tokenId: number): History {
    return [...state, tokenId];
  }

  predict(state: History, probs: Float32Array): void {
    let hash = this.seed;
    for (const id of state) {
      hash = Math.imul(hash ^ (id + 1), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let sum = 0;
    for (let id = 0; id < probs.length; id++) {
      let noise = Math.imul(hash ^ Math.imul(id + 1, 0x85ebca6b), 0xc2b2ae35);
      noise = ((noise ^ (noise >>> 13)) >>> 0) / 0x100000000;
      probs[id] = this.allows(state, id) ? Math.exp(this.sharpness * noise) : 0;
      sum += probs[id];
    }
    for (let id = 0; id < probs.length; id++) {
      probs[id] /= sum;
    }
  }

  dispose(): void {
    // It holds nothing.
  }
}

/** A model that gives no probability to token paths that no text encodes to, nor to tokens with bytes outside of `alphabet`. */
export function canonicalModel(
  vocabulary: ForeignVocabulary,
  alphabet: string,
  seed: number,
): ForeignModel<History> {
  const letters = new Set(new TextEncoder().encode(alphabet));
  const bytesOf = (ids: History) => Uint8Array.from(ids.flatMap((id) => [...(vocabulary.tokens[id] ?? [])]));
  const allows = (history: History, id: number) => {
    if (id === vocabulary.endOfTextId) {
      return true;
    }
    if (vocabulary.tokens[id]?.every((byte) => letters.has(byte)) !== true) {
      return false;
    }
    const path = [...history.slice(1), id];
    const encoding = vocabulary.encode(bytesOf(path));
    return encoding?.ids.length === path.length && path.every((token, i) => encoding.ids[i] === token);
  };
  return { expert: new RandomExpert(vocabulary.tokens.length, seed, allows, 3), vocabulary };
}

export const randomModel = (vocabulary: ForeignVocabulary, seed: number): ForeignModel<History> => ({
  expert: new RandomExpert(vocabulary.tokens.length, seed),
  vocabulary,
});

/** Says `script[i mod length]` after i tokens, nearly surely. */
export class ScriptedExpert extends RandomExpert {
  constructor(
    vocabSize: number,
    private readonly script: readonly number[],
    private readonly onPredict: (history: number[]) => void = () => undefined,
  ) {
    super(vocabSize, 0);
  }

  override predict(state: History, probs: Float32Array): void {
    this.onPredict([...state]);
    probs.fill(0.05 / (probs.length - 1));
    probs[this.script[state.length % this.script.length]] = 0.95;
  }
}
