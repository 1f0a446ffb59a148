/** Bits per byte of a folder's test texts: of each expert alone and of their mix. */
import { dirname, join } from 'node:path';
import { openHalf, type OpenedHalf } from '../completion/half/openHalf';
import { scoreText, type ScoredDocument, type TextScore } from '../model/evaluate/scoreText';
import { Mixture } from '../model/mixture/mixture';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import type { HalfChoice } from '../protocol/generatorProtocol';
import { loadMixture } from './loadedNetwork';
import type { Terminal } from './terminal';
import type { WorkspaceFile } from './workspaceTexts';

export interface ScoredTexts {
  /** What the live workspace model has read. */
  readonly known: readonly WorkspaceFile[];
  readonly test: readonly WorkspaceFile[];
}

/**
 * @param modelPath of the personal model, or null to score what the product knows before training
 * @param half a language model to mix in
 * @throws Error whose message is for the user; the signal's reason when it aborts
 */
export async function scoreTexts(
  terminal: Terminal,
  { known, test }: ScoredTexts,
  modelPath: string | null,
  half: HalfChoice | null = null,
): Promise<TextScore> {
  const { product, signal, progress } = terminal;
  const { options, tokenizer } = await loadMixture(product, modelPath);
  const opened = half && (await openedHalf(terminal, half, tokenizer));
  const mix = new Mixture({ ...options, half: opened?.expert ?? null });
  try {
    for (const { uri, text, recent } of known) {
      signal.throwIfAborted();
      mix.workspace.learnFile(uri, tokenizer.encode(text), recent);
    }
    const documents = test.map(({ uri, text }): ScoredDocument => ({
      uri,
      tokens: tokenizer.encode(text),
      bytes: Buffer.byteLength(text),
    }));
    return await scoreText(mix, documents, async ({ tokens, totalTokens }) => {
      progress.show(`Scoring… ${Math.round((100 * tokens) / totalTokens)} %`);
      // Lets Ctrl+C in.
      await new Promise(setImmediate);
      signal.throwIfAborted();
    });
  } finally {
    mix.dispose();
    progress.clear();
  }
}

/** @throws Error whose message is for the user, by rejecting, also when the signal aborts while a GGUF model is opened */
export function openedHalf(
  { product, note, signal }: Terminal,
  half: HalfChoice,
  tokenizer: Tokenizer,
): Promise<OpenedHalf> {
  return openHalf(half, {
    tokenizer,
    llamaPath: join(dirname(product.generator), 'llama.js'),
    onStatus: ({ message }) => {
      note(message);
    },
    signal,
  });
}
