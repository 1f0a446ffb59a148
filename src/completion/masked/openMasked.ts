/** Opens the masked model that the user chose: a folder with `model.onnx` and `tokenizer.json`, as models are exported. */
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { ModelStatus, MaskedChoice } from '../../protocol/generatorProtocol';
import { checkMemory, gigabytes } from '../process/memoryShare';
import { ModelProcess } from '../process/modelProcess';
import { readLimited } from '../readLimited';
import { JOIN_WINDOW, joinRows } from './joinQuestion';
import type { MaskedAnswer, MaskedOpening, MaskedQuestion } from './maskedMessages';
import { maskedVocabulary, type MaskedVocabulary } from './maskedVocabulary';

export interface OpenedMasked {
  /** What was opened, in one line. */
  readonly description: string;
  /**
   * By insertion, ln p(right | left, insertion) up to a constant that all share; null where it cannot be computed, or a newer
   * question came. Never rejects.
   */
  logJoins(left: string, insertions: readonly string[], right: string): Promise<readonly number[] | null>;
  dispose(): void;
}

interface MaskedSurroundings {
  /** The process in which ONNX Runtime runs: the built dist/onnx.js, or its TypeScript source. */
  readonly processPath: string;
  /** Called when the model stops or resumes answering. */
  readonly onStatus: (status: ModelStatus) => void;
  /** Aborts the opening. */
  readonly signal?: AbortSignal;
}

/** Paths of the model in an exported folder, the most exact first. */
const MODEL_FILES = [
  'model.onnx',
  join('onnx', 'model.onnx'),
  'model_quantized.onnx',
  join('onnx', 'model_quantized.onnx'),
];
const LARGEST_TOKENIZER = 64 * 1024 ** 2;

/** @throws Error with one sentence, by rejecting, when the model or ONNX Runtime cannot be used */
export async function openMasked(
  { folder, modulePath }: MaskedChoice,
  { processPath, onStatus, signal }: MaskedSurroundings,
): Promise<OpenedMasked> {
  const name = basename(folder);
  const path = MODEL_FILES.map((file) => join(folder, file)).find((file) => existsSync(file));
  if (path === undefined) {
    throw new Error(
      `The folder ${folder} holds no model.onnx. Choose the folder of a masked model that was exported to ONNX.`,
    );
  }
  const tokenizerPath = join(folder, 'tokenizer.json');
  if (!existsSync(tokenizerPath)) {
    throw new Error(
      `The folder ${folder} holds no tokenizer.json, which says what the model's numbers stand for. Put it beside the model.`,
    );
  }
  const json = Buffer.from(await readLimited(tokenizerPath, 'The tokenizer', LARGEST_TOKENIZER)).toString(
    'utf8',
  );
  const vocabulary = maskedVocabulary(json, name, (message) => {
    onStatus({ state: 'away', message });
  });
  const bytes = modelBytes(path);
  checkMemory(name, bytes);
  if (!existsSync(join(modulePath, 'node_modules', 'onnxruntime-node'))) {
    throw new Error(
      'Masked models are run by ONNX Runtime, which is not installed. Run "Understudy: Install ONNX Runtime" (or "npm run onnx" in a checkout) first.',
    );
  }
  const { process } = await ModelProcess.open<MaskedOpening, null, MaskedQuestion, MaskedAnswer>({
    processPath,
    program: 'ONNX Runtime',
    script: 'onnx',
    name,
    onStatus,
    signal,
    opening: {
      path,
      modulePath,
      threads: Math.max(1, availableParallelism() >> 1),
      name,
      maskId: vocabulary.maskId,
      vocabSize: vocabulary.size,
      probe: probeOf(vocabulary),
    },
  });
  return {
    description: `${name} (ONNX, ${gigabytes(bytes)})`,
    async logJoins(left, insertions, right) {
      const rows = joinRows(vocabulary, left, insertions, right);
      return rows && process.ask(rows);
    },
    dispose: () => {
      process.dispose();
    },
  };
}

/** Includes weights that lie in a file of their own. */
const modelBytes = (path: string): number =>
  [path, `${path}_data`, `${path}.data`]
    .filter((file) => existsSync(file))
    .reduce((sum, file) => sum + statSync(file).size, 0);

function probeOf({ head, tail, maskId }: MaskedVocabulary): Int32Array {
  const text = Array.from({ length: JOIN_WINDOW - head.length - tail.length }, () => maskId);
  return Int32Array.from([...head, ...text, ...tail]);
}
