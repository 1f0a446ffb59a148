/** Opens a Transformer from a GGUF file; llama.cpp runs it in a process of its own. */
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import type { HalfChoice } from '../../../protocol/generatorProtocol';
import { ModelProcess, type ModelProcessOptions } from '../../process/modelProcess';
import type { HalfSurroundings, OpenedHalf } from '../openHalf';
import { RemoteExpert, type DistributionSource, type Question } from '../remoteExpert';
import type { LlamaAnswer, LlamaOpened, LlamaOpening } from './llamaMessages';

/**
 * Most shared tokens of a text that the process is sent. The window moves in steps of half, which is still more than the model reads.
 */
const WINDOW = 4096;

/** @throws Error with one sentence, by rejecting, when the file or llama.cpp cannot be used */
export async function openGguf(
  { path, modulePath }: Extract<HalfChoice, { kind: 'gguf' }>,
  { tokenizer, llamaPath, onStatus, signal }: HalfSurroundings,
): Promise<OpenedHalf> {
  const { source, description } = await openLlama({
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
  const expert = new RemoteExpert(source, {
    vocabSize: tokenizer.vocabSize,
    window: WINDOW,
    firstTokenId: tokenizer.endOfTextId,
  });
  return { expert, description };
}

/** @throws Error with one sentence, by rejecting, when the model cannot be loaded */
export async function openLlama(
  options: Omit<ModelProcessOptions<LlamaOpening>, 'program' | 'script' | 'name'>,
): Promise<LlamaOpened & { readonly source: DistributionSource }> {
  const { process, opened } = await ModelProcess.open<LlamaOpening, LlamaOpened, Question, LlamaAnswer>({
    ...options,
    program: 'llama.cpp',
    script: 'llama',
    name: basename(options.opening.path),
  });
  const source: DistributionSource = {
    ask: (questions) =>
      Promise.all(
        questions.map(async (question) => (await process.ask(question)) ?? question.after.map(() => null)),
      ),
    dispose: () => {
      process.dispose();
    },
  };
  return { ...opened, source };
}
