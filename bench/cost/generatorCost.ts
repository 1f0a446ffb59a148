import { statSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { GeneratorClient } from '../../src/completion/generatorClient';
import type { LearnFilesRequest } from '../../src/protocol/generatorProtocol';
import type { ProductPaths } from '../../src/terminal/productPaths';
import { residentBytes } from './peakMemory';

/** Characters sent to the generator at once, as in the extension. */
const BATCH_CHARACTERS = 128 * 1024;
/** The simulated user's place in the first file. */
const CURSOR = 2000;

export interface GeneratorCost {
  /** From the start of the thread to the first answer after all files are learned. */
  readonly firstAnswerSeconds: number;
  /** The same in processor time of all threads. */
  readonly firstAnswerProcessorSeconds: number;
  /** Time of the answer after one more typed character. */
  readonly nextAnswerMilliseconds: number;
  readonly openSeconds: number;
  /** Size of the opened model on disk. */
  readonly modelBytes: number;
  /** Growth of the process at its peak: the thread with its networks and index, and the host's part. */
  readonly peakBytes: number | null;
  /** The host's lasting part: growth of the main thread's heap. */
  readonly hostBytes: number;
}

/**
 * Measures the live model of a whole folder in a thread of this process, as in the extension host (which reads at most 16 MB of a
 * workspace).
 * @param modelPath a saved personal model, opened once the live model answers
 */
export async function generatorCost(
  folder: string,
  modelPath: string,
  product: ProductPaths,
): Promise<GeneratorCost> {
  const names = (await readdir(folder)).sort();
  const [opened] = names;
  const text = await readFile(join(folder, opened), 'utf8');
  const heapBefore = await settledHeap();
  const residentBefore = residentBytes('self', 'VmRSS');
  const processor = process.cpuUsage();
  const started = performance.now();
  const client = new GeneratorClient({
    workerPath: product.generator,
    kernelPath: product.kernel,
    tokenizerPath: product.tokenizer,
    baseModelPath: product.baseModel,
    onLog: (line) => process.stderr.write(`${line}\n`),
  });
  const answer = (cursor: number) =>
    client.complete({
      document: {
        uri: uriOf(folder, opened),
        languageId: 'plaintext',
        prefix: text.slice(0, cursor),
        suffix: '',
      },
      multiline: false,
      eagerness: 1,
      maxNewTokens: 24,
    });
  try {
    await learnAll(client, folder, names);
    await answer(CURSOR);
    const firstAnswerSeconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(processor);
    const asked = performance.now();
    await answer(CURSOR + 1);
    const nextAnswerMilliseconds = performance.now() - asked;
    const opening = performance.now();
    await client.loadModel(modelPath);
    const openSeconds = (performance.now() - opening) / 1000;
    await answer(CURSOR + 2);
    const peak = residentBytes('self', 'VmHWM');
    return {
      firstAnswerSeconds,
      firstAnswerProcessorSeconds: (user + system) / 1e6,
      nextAnswerMilliseconds,
      openSeconds,
      modelBytes: statSync(modelPath).size,
      peakBytes: peak === null || residentBefore === null ? null : peak - residentBefore,
      hostBytes: (await settledHeap()) - heapBefore,
    };
  } finally {
    await client.dispose();
  }
}

async function learnAll(client: GeneratorClient, folder: string, names: readonly string[]): Promise<void> {
  let batch: LearnFilesRequest['files'][number][] = [];
  let characters = 0;
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8');
    batch.push({ uri: uriOf(folder, name), text, recent: false });
    characters += text.length;
    if (characters >= BATCH_CHARACTERS) {
      await client.learnFiles(batch);
      batch = [];
      characters = 0;
    }
  }
  await client.learnFiles(batch);
}

const uriOf = (folder: string, name: string) => pathToFileURL(join(folder, name)).href;

/** Bytes of this thread's heap that are in use; needs `--expose-gc`. */
async function settledHeap(): Promise<number> {
  globalThis.gc!();
  // Memory outside the heap is freed between two turns of the event loop.
  await setImmediate();
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
