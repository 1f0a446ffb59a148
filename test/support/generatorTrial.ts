/** A generator's model that counts one lesson, and requests to it. */
import assert from 'node:assert/strict';
import type { LoadedModel, NetworkRole, UsedHalf } from '../../src/completion/generatorModel';
import type { OpenedHalf } from '../../src/completion/half/openHalf';
import type { OpenedMasked } from '../../src/completion/masked/openMasked';
import { DEFAULT_SAMPLING } from '../../src/model/samplingOptions';
import type { CompleteRequest, GenerateRequest, HalfChoice } from '../../src/protocol/generatorProtocol';
import { CountingMixture } from './countingMixture';
import { cursorText } from './cursorText';
import { shippedTokenizer as tokenizer } from './shippedTokenizer';

export const LESSON = 'The committee approved the annual budget. The committee met in October.\n'.repeat(3);

/** Knows {@link LESSON}; what it opens is settled by the test. */
export class TestModel implements LoadedModel {
  readonly tokenizer = tokenizer;
  mixture = new CountingMixture(tokenizer.vocabSize, [tokenizer.encode(LESSON)]);
  hasNetwork = true;
  personal: string | null = null;
  useNetwork(role: NetworkRole, path: string | null): string {
    if (role === 'base') {
      return `base ${path}`;
    }
    if (path === 'damaged') {
      throw new Error('The model "damaged" is damaged. Train again.');
    }
    this.personal = path;
    this.mixture = new CountingMixture(tokenizer.vocabSize, [
      tokenizer.encode(`${path} knows better. `.repeat(5)),
    ]);
    return `model ${path}`;
  }
  /** By path, what settles the opening of a half. */
  readonly openings = new Map<
    string,
    { resolve: (half: OpenedHalf) => void; reject: (error: Error) => void; signal: AbortSignal }
  >();
  half: OpenedHalf | null = null;
  openHalf(choice: HalfChoice, signal: AbortSignal): Promise<OpenedHalf> {
    assert.ok(choice.kind === 'gguf');
    return new Promise((resolve, reject) => {
      this.openings.set(choice.path, { resolve, reject, signal });
    });
  }
  useHalf(half: OpenedHalf | null): UsedHalf {
    this.half = half;
    return { description: half?.description ?? '', away: null };
  }
  masked: OpenedMasked | null = null;
  /** What settles the opening of a masked model, the latest last. */
  readonly maskedOpenings: ((masked: OpenedMasked) => void)[] = [];
  openMasked(): Promise<OpenedMasked> {
    return new Promise((resolve) => {
      this.maskedOpenings.push(resolve);
    });
  }
  useMasked(masked: OpenedMasked | null): void {
    this.masked = masked;
  }
}

export const documentAt = (marked: string) => ({ uri: 'a', languageId: 'markdown', ...cursorText(marked) });
export const complete = (id: number, marked: string): CompleteRequest => ({
  kind: 'complete',
  id,
  document: documentAt(marked),
  multiline: false,
  eagerness: 0.6,
  maxNewTokens: 24,
});
export const generate = (id: number, marked: string, maxNewTokens = 30): GenerateRequest => ({
  kind: 'generate',
  id,
  document: documentAt(marked),
  sampling: { ...DEFAULT_SAMPLING, maxNewTokens },
});
