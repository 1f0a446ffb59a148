/** The process in which ONNX Runtime runs a masked model, so that its crash or lack of memory does not end suggestions. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Refusal, startProgram } from '../process/openingFaults';
import { serveModel, type ServedModel } from '../process/serveModel';
import type { JoinRow } from './joinQuestion';
import type { MaskedAnswer, MaskedOpening, MaskedQuestion } from './maskedMessages';

/** The part of onnxruntime-node that is used. It is installed on demand, so its own types are not there at compile time. */
interface OnnxModule {
  readonly InferenceSession: { create(path: string, options: object): Promise<OnnxSession> };
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => OnnxTensor;
}
interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly inputMetadata: readonly {
    readonly name: string;
    readonly type?: string;
    readonly shape?: readonly (number | string)[];
  }[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, OnnxTensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, OnnxTensor>>>;
}
interface OnnxTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<unknown>;
}

/** Most numbers in the output of one run (64 MB); a multilingual model gives a quarter of a million per token. */
const MOST_NUMBERS = 1 << 24;
const REQUIRED_INPUTS = ['input_ids', 'attention_mask'];
const KNOWN_INPUTS = [...REQUIRED_INPUTS, 'token_type_ids'];
/** An output may have fewer than this many values more than tokens: models are padded to round sizes for GPUs. */
const ROUNDED_UP = 128;
/** Most characters shown of an input's name. */
const LONGEST_NAME = 80;
const EXPORT_AGAIN = 'Export a BERT-style one for the task "fill-mask".';

// Read when the library is loaded, which otherwise reports each session to its makers, and keeps a number for this user in their home.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

serveModel(open);

async function open(opening: MaskedOpening): Promise<ServedModel<null, MaskedQuestion, MaskedAnswer>> {
  const { path, modulePath, threads, name, maskId, probe } = opening;
  const address = pathToFileURL(join(modulePath, 'node_modules', 'onnxruntime-node', 'dist', 'index.js'));
  const onnx = await startProgram(
    async () => (await import(/* webpackIgnore: true */ address.href)) as OnnxModule,
  );
  const session = await onnx.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
  });
  checkInputs(name, session);
  const run = runner(onnx, session);
  const answer = await run([probe]);
  checkAnswer(answer, opening);
  const rowsARun = Math.max(1, Math.floor(MOST_NUMBERS / answer.data.length));
  return {
    opened: null,
    async answer(rows, isOutdated) {
      const sums: number[] = [];
      for (const row of rows) {
        // Lets the message of a newer question arrive.
        await new Promise(setImmediate);
        if (isOutdated()) {
          return null;
        }
        sums.push(await pseudoLogLikelihood(run, row, maskId, rowsARun));
      }
      return sums;
    },
  };
}

/** @throws Refusal when the model asks for anything but any number of texts of any length */
function checkInputs(name: string, { inputNames: inputs, inputMetadata }: OnnxSession): void {
  const missing = REQUIRED_INPUTS.find((input) => !inputs.includes(input));
  if (missing !== undefined) {
    throw new Refusal(
      `${name} takes no input named ${missing}, so it is not a masked model. ${EXPORT_AGAIN}`,
    );
  }
  const unknown = inputs.find((input) => !KNOWN_INPUTS.includes(input));
  if (unknown !== undefined) {
    throw new Refusal(
      `${name} asks for an input named ${unknown.slice(0, LONGEST_NAME)}, and only ${KNOWN_INPUTS.join(', ')} can be given. ${EXPORT_AGAIN}`,
    );
  }
  const { shape = [] } = inputMetadata.find((input) => input.name === 'input_ids') ?? {};
  // A text stands for a dimension that any number fits.
  if (!shape.every((dimension) => typeof dimension === 'string')) {
    throw new Refusal(
      `${name} reads only texts in the fixed shape [${shape.join(', ')}], and not any number of them of any length. ${EXPORT_AGAIN}`,
    );
  }
}

/** @throws Refusal when the answer for the probe does not predict each token of its vocabulary at each place */
function checkAnswer({ type, dims, data }: OnnxTensor, { name, probe, vocabSize }: MaskedOpening): void {
  if (dims.length !== 3 || dims[1] !== probe.length) {
    throw new Refusal(
      `${name} answers in the shape [${dims.join(', ')}], and not with a value for each token of its vocabulary at each place. ${EXPORT_AGAIN}`,
    );
  }
  if (dims[2] < vocabSize || dims[2] >= vocabSize + ROUNDED_UP) {
    throw new Refusal(
      `${name} answers with another number of values a token (${dims[2]}) than its tokenizer.json has tokens (${vocabSize}): one of them is another model's, or the model was exported without its part that guesses tokens. ${EXPORT_AGAIN}`,
    );
  }
  if (type !== 'float32') {
    throw new Refusal(
      `${name} answers in ${type}, and only float32 can be read. Choose one with weights of 32 or 8 bits.`,
    );
  }
  if (!(data as Float32Array).every(Number.isFinite)) {
    throw new Refusal(
      `${name} answers with values that are not numbers, so its weights are damaged. Download it again.`,
    );
  }
}

type Run = (rows: readonly Int32Array[]) => Promise<OnnxTensor>;

/** Runs rows of the same length; gives logits [rows, length, vocabulary]. */
function runner({ Tensor }: OnnxModule, session: OnnxSession): Run {
  const output = session.outputNames.includes('logits') ? 'logits' : session.outputNames[0];
  const tensor = (name: string, values: readonly number[], dims: readonly number[]): OnnxTensor =>
    session.inputMetadata.find((input) => input.name === name)?.type === 'int32'
      ? new Tensor('int32', Int32Array.from(values), dims)
      : new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  return async (rows) => {
    const ids = rows.flatMap((row) => Array.from(row));
    const dims = [rows.length, rows[0].length];
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const constant = name === 'attention_mask' ? 1 : 0;
        return [name, tensor(name, name === 'input_ids' ? ids : ids.map(() => constant), dims)];
      }),
    );
    return (await session.run(feeds, [output]))[output];
  };
}

/** The sum of ln p(token | all others) over the judged tokens. @throws Error when it is not finite */
async function pseudoLogLikelihood(
  run: Run,
  { ids, judged }: JoinRow,
  maskId: number,
  rowsARun: number,
): Promise<number> {
  let sum = 0;
  for (let from = 0; from < judged.length; from += rowsARun) {
    const places = Array.from(judged.subarray(from, from + rowsARun));
    const { data, dims } = await run(places.map((place) => ids.map((id, i) => (i === place ? maskId : id))));
    const vocabSize = dims[2];
    places.forEach((place, row) => {
      const offset = (row * ids.length + place) * vocabSize;
      sum += logSoftmaxAt((data as Float32Array).subarray(offset, offset + vocabSize), ids[place]);
    });
  }
  if (!Number.isFinite(sum)) {
    throw new Error('it gives values that are not numbers');
  }
  return sum;
}

function logSoftmaxAt(logits: Float32Array, index: number): number {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  return logits[index] - largest - Math.log(total);
}
