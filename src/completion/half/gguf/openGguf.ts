/** A Transformer out of a GGUF file, by llama.cpp. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { ForeignModel } from '../../../model/bridge/foreignModel';
import type { HalfChoice, HalfStatus } from '../../../protocol/generatorProtocol';
import { checkMemory, gigabytes } from '../../process/memoryShare';
import { RemoteExpert, type RemoteState } from '../remoteExpert';
import { readGgufHead, type GgufHead } from './ggufFile';
import { ggufVocabulary } from './ggufVocabulary';
import { LlamaClient } from './llamaClient';

type GgufChoice = Extract<HalfChoice, { kind: 'gguf' }>;

export interface OpenedForeign<State = unknown> {
  readonly model: ForeignModel<State>;
  readonly description: string;
}

/** Tokens that the model reads at most. More tells a small model little, and is read more slowly. */
const WINDOW = 1024;
const PROBES = [
  'The fox\'s 12 345 words, "quoted" — don’t\n\n\t  x == y; // done\r\n',
  '夏天的雨，落在3号湖面上。 Über café naïve 🙂 été\n    return a[i] += 1;\n',
];

/** @throws Error with one sentence, by rejecting, when the file or llama.cpp cannot be used */
export async function openGguf(
  { path, modulePath }: GgufChoice,
  processPath: string,
  onStatus: (status: HalfStatus) => void,
): Promise<OpenedForeign<RemoteState>> {
  const name = basename(path);
  const head = readGgufHead(path);
  const vocabulary = ggufVocabulary(head, name);
  checkMemory(name, head.fileBytes);
  if (modulePath === undefined || !existsSync(join(modulePath, 'node_modules', 'node-llama-cpp'))) {
    throw new Error(
      'GGUF models are run by llama.cpp, which is not installed. Run "Understudy: Install llama.cpp" (or "npm run llama" in a checkout) first.',
    );
  }
  const window = Math.min(WINDOW, trainedWindow(head));
  const client = await LlamaClient.open({
    processPath,
    onStatus,
    opening: { path, modulePath, window, threads: Math.max(1, availableParallelism() >> 1), probes: PROBES },
  });
  const agrees = PROBES.every((probe, i) => client.tokens[i].join() === vocabulary.encodeText(probe).join());
  const expert = new RemoteExpert(client, {
    name: 'half',
    vocabSize: vocabulary.size,
    window,
    firstTokenId: vocabulary.beginOfTextId,
  });
  const doubt = agrees ? '' : '; it cuts texts into tokens in a way that is only nearly known here';
  return {
    model: { expert, vocabulary },
    description: `${titleOf(head) ?? name} (GGUF, ${gigabytes(head.fileBytes)})${doubt}`,
  };
}

function titleOf({ metadata }: GgufHead): string | null {
  const title = metadata.get('general.name');
  return typeof title === 'string' && title.trim() !== '' ? title.trim() : null;
}

function trainedWindow({ metadata }: GgufHead): number {
  const length = metadata.get(`${String(metadata.get('general.architecture'))}.context_length`);
  return typeof length === 'number' && length >= 2 ? length : WINDOW;
}
