/** A mixture for tests that predicts by the last token alone, as a table says. */
import assert from 'node:assert/strict';
import type { MixtureState } from '../../src/model/mixtureModel';
import { CountingMixture } from './countingMixture';
import { shippedTokenizer as tokenizer } from './shippedTokenizer';

/** By the last token, the tokens after it and their probabilities, each token by its text or its bytes in latin1. */
export type Script = Readonly<Record<string, Readonly<Record<string, number>>>>;

const latin1 = (tokenId: number): string => Buffer.from(tokenizer.tokenBytes(tokenId)).toString('latin1');
const ids = new Map(Array.from({ length: tokenizer.vocabSize }, (_, id) => [latin1(id), id]));

const idOf = (token: string): number => {
  const id = ids.get(token);
  assert.ok(id !== undefined, `"${token}" is no token`);
  return id;
};

export class ScriptedMixture extends CountingMixture {
  constructor(private readonly script: Script) {
    super(tokenizer.vocabSize, []);
  }

  override predict(state: MixtureState, probs: Float32Array): void {
    const { context } = state as unknown as { context: readonly number[] };
    probs.fill(1e-12);
    const last = context.at(-1);
    const after = last === undefined ? {} : (this.script[latin1(last)] ?? {});
    for (const [token, probability] of Object.entries(after)) {
      probs[idOf(token)] = probability;
    }
  }
}
