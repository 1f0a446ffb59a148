/** Opens a Transformer from a GGUF file; llama.cpp runs it in a process of its own. */
import { availableParallelism } from 'node:os';
import type { HalfChoice } from '../../../protocol/generatorProtocol';
import type { HalfSurroundings, OpenedHalf } from '../openHalf';
import { RemoteExpert } from '../remoteExpert';
import { LlamaClient } from './llamaClient';

/**
 * Most shared tokens of a text that the process is sent. The window moves in steps of half, which is still more than the model reads.
 */
const WINDOW = 4096;

/** @throws Error with one sentence, by rejecting, when the file or llama.cpp cannot be used */
export async function openGguf(
  { path, modulePath }: Extract<HalfChoice, { kind: 'gguf' }>,
  { tokenizer, llamaPath, onStatus, signal }: HalfSurroundings,
): Promise<OpenedHalf> {
  const client = await LlamaClient.open({
    processPath: llamaPath,
    onStatus,
    signal,
    opening: {
      path,
      modulePath: modulePath ?? null,
      threads: Math.max(1, availableParallelism() >> 1),
      tokenizer: tokenizer.toJson(),
    },
  });
  const expert = new RemoteExpert(client, {
    name: 'half',
    vocabSize: tokenizer.vocabSize,
    window: WINDOW,
    firstTokenId: tokenizer.endOfTextId,
  });
  return { expert, description: client.description };
}
