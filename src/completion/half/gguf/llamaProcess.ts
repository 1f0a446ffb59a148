/**
 * The process in which llama.cpp runs, so that what it does to itself or to the memory ends no suggestions. It holds one context,
 * whose cache stands where the last question ended: a text that goes on costs its new tokens, another one what differs.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { serveModel, type ServedModel } from '../../process/serveModel';
import type { Question } from '../remoteExpert';
import type { LlamaAnswer, LlamaOpened, LlamaOpening } from './llamaMessages';

/** The part of node-llama-cpp that is used, which is installed on demand and so not known when this is compiled. */
interface LlamaModule {
  readonly getLlama: (options: object) => Promise<{ loadModel(options: object): Promise<LlamaModel> }>;
}
interface LlamaModel {
  readonly tokens: unknown;
  tokenize(text: string, specialTokens: boolean): readonly number[];
  createContext(options: object): Promise<{ getSequence(): LlamaSequence }>;
}
interface LlamaSequence {
  readonly nextTokenIndex: number;
  adaptStateToTokens(tokens: readonly number[], allowShift: boolean): Promise<void>;
  controlledEvaluate(
    input: readonly (number | [number, object])[],
  ): Promise<readonly ({ next: { probabilities?: ReadonlyMap<number, number> } } | undefined)[]>;
}

/** Tokens beyond the window, so that the library never shifts its context by itself. */
const SPARE_TOKENS = 16;

serveModel(open);

async function open({
  path,
  modulePath,
  window,
  threads,
  probes,
}: LlamaOpening): Promise<ServedModel<LlamaOpened, Question, LlamaAnswer>> {
  const address = pathToFileURL(join(modulePath, 'node_modules', 'node-llama-cpp', 'dist', 'index.js'));
  const { getLlama } = (await import(/* webpackIgnore: true */ address.href)) as LlamaModule;
  const llama = await getLlama({
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: 'disabled',
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath: path });
  const context = await model.createContext({
    contextSize: window + SPARE_TOKENS,
    sequences: 1,
    threads,
    // A cache of which the end can be taken back.
    swaFullCache: true,
  });
  const sequence = context.getSequence();
  return {
    opened: { tokens: probes.map((probe) => Array.from(model.tokenize(probe, false))) },
    answer: (question) => answer(sequence, question),
  };
}

async function answer(on: LlamaSequence, { tokens, after }: Question): Promise<Float32Array[]> {
  const ids = Array.from(tokens);
  // What follows a token is known only when it is read, so the first one that is asked about is read again.
  await on.adaptStateToTokens(ids.slice(0, after[0] - 1), false);
  const from = on.nextTokenIndex;
  const wanted = new Set(after);
  const read = await on.controlledEvaluate(
    ids
      .slice(from)
      .map((id, i) => (wanted.has(from + i + 1) ? [id, { generateNext: { probabilities: true } }] : id)),
  );
  return after.map((count) => {
    const probabilities = read[count - 1 - from]?.next.probabilities;
    if (probabilities === undefined) {
      throw new Error('llama.cpp gave no probabilities');
    }
    const distribution = new Float32Array(probabilities.size);
    for (const [id, probability] of probabilities) {
      distribution[id] = probability;
    }
    return distribution;
  });
}
