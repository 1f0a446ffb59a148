/** Opens the masked model that the user chose: a folder with `model.onnx` and `tokenizer.json`, as models are exported. */
import { existsSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { HalfStatus, MaskedChoice } from '../../protocol/generatorProtocol';
import { checkMemory, gigabytes } from '../process/memoryShare';
import { ModelProcess } from '../process/modelProcess';
import { readLimited } from '../readLimited';
import { JOIN_WINDOW, joinRows } from './joinQuestion';
import {
  isDynamic,
  KNOWN_INPUTS,
  REQUIRED_INPUTS,
  type MaskedAnswer,
  type MaskedOpened,
  type MaskedOpening,
  type MaskedQuestion,
} from './maskedMessages';
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
  readonly onStatus: (status: HalfStatus) => void;
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
/** An output may have fewer than this many values more than tokens: models are padded to round sizes for GPUs. */
const ROUNDED_UP = 128;
/** Most characters shown of an input's name. */
const LONGEST_NAME = 80;
const EXPORT_AGAIN = 'Export one of BERT\'s kind for the task "fill-mask".';

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
    onStatus({ kind: 'halfStatus', state: 'away', message });
  });
  const bytes = modelBytes(path);
  checkMemory(name, bytes);
  if (!existsSync(join(modulePath, 'node_modules', 'onnxruntime-node'))) {
    throw new Error(
      'Masked models are run by ONNX Runtime, which is not installed. Run "Understudy: Install ONNX Runtime" (or "npm run onnx" in a checkout) first.',
    );
  }
  const { process, opened } = await ModelProcess.open<
    MaskedOpening,
    MaskedOpened,
    MaskedQuestion,
    MaskedAnswer
  >({
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
      maskId: vocabulary.maskId,
      probe: probeOf(vocabulary),
    },
  });
  try {
    checkOpened(name, opened, vocabulary.size);
  } catch (error) {
    process.dispose();
    throw error;
  }
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

/** As long as the longest question. */
function probeOf({ head, tail, maskId }: MaskedVocabulary): Int32Array {
  const text = Array.from({ length: JOIN_WINDOW - head.length - tail.length }, () => maskId);
  return Int32Array.from([...head, ...text, ...tail]);
}

/** @throws Error with one sentence when the model does not predict masked tokens of this vocabulary */
function checkOpened(name: string, { inputs, shape, output }: MaskedOpened, vocabSize: number): void {
  const missing = REQUIRED_INPUTS.find((input) => !inputs.includes(input));
  if (missing !== undefined) {
    throw new Error(`${name} takes no input named ${missing}, so it is not a masked model. ${EXPORT_AGAIN}`);
  }
  const unknown = inputs.find((input) => !KNOWN_INPUTS.includes(input));
  if (unknown !== undefined) {
    throw new Error(
      `${name} asks for an input named ${unknown.slice(0, LONGEST_NAME)}, and only ${KNOWN_INPUTS.join(', ')} can be given. ${EXPORT_AGAIN}`,
    );
  }
  if (!isDynamic(shape)) {
    throw new Error(
      `${name} reads only texts in the fixed shape [${shape.join(', ')}], and not any number of them of any length. ${EXPORT_AGAIN}`,
    );
  }
  const { type, dims, isFinite } = output!;
  if (dims.length !== 3 || dims[1] !== JOIN_WINDOW) {
    throw new Error(
      `${name} answers in the shape [${dims.join(', ')}], and not with a value for each token of its vocabulary at each place. ${EXPORT_AGAIN}`,
    );
  }
  if (dims[2] < vocabSize || dims[2] >= vocabSize + ROUNDED_UP) {
    throw new Error(
      `${name} answers with another number of values a token (${dims[2]}) than its tokenizer.json has tokens (${vocabSize}): one of them is another model's, or the model was exported without its part that guesses tokens. ${EXPORT_AGAIN}`,
    );
  }
  if (type !== 'float32') {
    throw new Error(
      `${name} answers in ${type}, and only float32 can be read. Choose one with weights of 32 or 8 bits.`,
    );
  }
  if (!isFinite) {
    throw new Error(
      `${name} answers with values that are not numbers, so its weights are damaged. Download it again.`,
    );
  }
}
