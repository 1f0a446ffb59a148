/** A GGUF model that llama.cpp runs in the current process. llama.cpp can crash it, so it must be a process for this alone. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ForeignModel } from '../../../model/bridge/foreignModel';
import { checkMemory, gigabytes } from '../../process/memoryShare';
import { RemoteExpert, type RemoteState } from '../remoteExpert';
import { readGgufHead, type GgufHead } from './ggufFile';
import { ggufVocabulary, type GgufVocabulary } from './ggufVocabulary';
import { LlamaSource } from './llamaSource';

/** Most tokens that the model reads. A longer context helps a small model little and takes longer to read. */
const WINDOW = 1024;
/** Most characters shown of a model's name, which may be as long as the file. */
const LONGEST_TITLE = 80;
const PROBES = [
  'The fox\'s 12 345 words, "quoted" — don’t\n\n\t  x == y; // done\r\n',
  '夏天的雨，落在3号湖面上。 Über café naïve 🙂 été\n    return a[i] += 1;\n',
];

/** What a file says about its model, and the folder of the llama.cpp that runs it. */
export interface GgufFile {
  readonly path: string;
  readonly modulePath: string;
  readonly vocabulary: GgufVocabulary;
  /** Most tokens that the model reads. */
  readonly window: number;
  readonly title: string;
  /** In bytes. */
  readonly size: number;
}

/** @throws Error with one sentence that says what to do when the file or llama.cpp cannot be used */
export function readGguf(path: string, modulePath: string | null): GgufFile {
  const name = basename(path);
  const head = readGgufHead(path);
  const vocabulary = ggufVocabulary(head, name);
  if (isEncoder(head)) {
    throw new Error(
      `${name} reads a text as a whole, as models for embeddings do, and predicts no next word. Choose a model that generates text.`,
    );
  }
  checkMemory(name, head.fileBytes);
  if (modulePath === null || !existsSync(join(modulePath, 'node_modules', 'node-llama-cpp'))) {
    throw new Error(
      'GGUF models are run by llama.cpp, which is not installed. Run "Understudy: Install llama.cpp" (or "npm run llama" in a checkout) first.',
    );
  }
  const window = Math.min(WINDOW, trainedWindow(head));
  return { path, modulePath, vocabulary, window, title: titleOf(head) ?? name, size: head.fileBytes };
}

/** @throws Error, by rejecting, when llama.cpp cannot load the model or predict with it */
export async function loadGguf(
  file: GgufFile,
  threads: number,
): Promise<{
  readonly model: ForeignModel<RemoteState>;
  readonly source: LlamaSource;
  readonly description: string;
}> {
  const { vocabulary, window } = file;
  const source = await LlamaSource.open({ ...file, vocabSize: vocabulary.tokens.length, threads });
  // llama.cpp puts the prefix before every text, too.
  const agrees = PROBES.every(
    (probe) =>
      source.tokenize(probe).join() === vocabulary.encodeText(vocabulary.documentPrefix + probe).join(),
  );
  const tokens = Int32Array.from(source.tokenize(PROBES[0]).slice(0, window));
  await source.ask([{ tokens, after: [tokens.length] }]);
  if (source.fault !== null) {
    throw source.fault;
  }
  const expert = new RemoteExpert(source, {
    vocabSize: vocabulary.tokens.length,
    window,
    firstTokenId: vocabulary.beginOfTextId,
  });
  const opened = `${file.title} (GGUF, ${gigabytes(file.size)})`;
  return {
    model: { expert, vocabulary },
    source,
    description: agrees
      ? opened
      : `${opened}; how it cuts texts into tokens is known here only approximately`,
  };
}

/** Pooling types that make one vector of the vectors of all tokens (mean), or take that of the first (cls). */
const WHOLE_TEXT_POOLING: readonly unknown[] = [1, 2];

/** llama.cpp runs these, too, and what it then gives as probabilities says nothing. */
function isEncoder({ metadata }: GgufHead): boolean {
  const of = (key: string): unknown => metadata.get(`${String(metadata.get('general.architecture'))}.${key}`);
  return of('attention.causal') === false || WHOLE_TEXT_POOLING.includes(of('pooling_type'));
}

function titleOf({ metadata }: GgufHead): string | null {
  const title = metadata.get('general.name');
  return typeof title === 'string' && title.trim() !== '' ? title.trim().slice(0, LONGEST_TITLE) : null;
}

function trainedWindow({ metadata }: GgufHead): number {
  const length = metadata.get(`${String(metadata.get('general.architecture'))}.context_length`);
  return Number.isInteger(length) && (length as number) >= 2 ? (length as number) : WINDOW;
}
