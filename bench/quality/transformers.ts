/** Two small transformers as peers: bits, and ghost text at sampled cursors. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { textKind } from '../../src/completion/cursorPlace';
import type { TypedText } from '../../src/model/evaluate/typedStretches';
import { costOfWrong } from '../../src/model/generation/expectedSaving';
import { chooseSuggestion } from '../../src/model/generation/suggestionSearch';
import { languageIdOf } from '../../src/terminal/languageId';
import { GgufPeer } from '../peers/ggufPeer';
import {
  sampleCursors,
  sampledText,
  scoreCursors,
  TAKES_WORDS,
  type SampledStretch,
  type SampleScore,
} from './sampledCursors';

/** Their files in `.cache/peers`, by name. */
const TRANSFORMERS = {
  'SmolLM2-135M': 'SmolLM2-135M-Instruct.Q4_1.gguf',
  'Gemma 3 270M': 'gemma-3-270m-q4_k_m.gguf',
} as const;
export type TransformerName = keyof typeof TRANSFORMERS;

export interface TransformerScore extends SampleScore {
  /** On the sampled stretches. */
  readonly bitsPerByte: number;
}

/** Null if the peer is not installed; see `bench/peers/fetchPeers.mjs`. */
export async function scoreTransformer(
  name: TransformerName,
  peersFolder: string,
  files: readonly TypedText[],
  { cursors, eagerness }: { readonly cursors: number; readonly eagerness: number },
  onProgress: (share: number) => void,
): Promise<TransformerScore | null> {
  const path = join(peersFolder, TRANSFORMERS[name]);
  if (!existsSync(path) || !existsSync(join(peersFolder, 'node_modules', 'node-llama-cpp'))) {
    return null;
  }
  const peer = await GgufPeer.load(peersFolder, path);
  try {
    const stretches = sampleCursors(files, cursors);
    let asked = 0;
    const score = await scoreCursors(stretches, async (file, prefix) => {
      const kind = textKind(languageIdOf(file.name));
      const cost = costOfWrong(eagerness, kind);
      const found = await peer.continuations(prefix, cost, kind === 'prose');
      onProgress(++asked / cursors);
      return chooseSuggestion(found, { cost, takesWords: TAKES_WORDS }).text;
    });
    return { ...score, bitsPerByte: await bitsPerByte(peer, stretches) };
  } finally {
    await peer.dispose();
  }
}

async function bitsPerByte(peer: GgufPeer, stretches: readonly SampledStretch[]): Promise<number> {
  let bits = 0;
  let bytes = 0;
  for (const stretch of stretches) {
    const { before, text } = sampledText(stretch);
    // The first token of a text is not scored, as not every vocabulary has a token for the beginning.
    if (before !== '') {
      bits += await peer.bits(before, text);
      bytes += Buffer.byteLength(text);
    }
  }
  return bits / bytes;
}
