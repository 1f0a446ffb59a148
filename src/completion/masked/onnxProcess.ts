/** The process in which ONNX Runtime runs a masked model, so that its crash or lack of memory does not end suggestions. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startProgram } from '../process/programFault';
import { serveModel, type ServedModel } from '../process/serveModel';
import type { JoinRow } from './joinQuestion';
import {
  isDynamic,
  KNOWN_INPUTS,
  REQUIRED_INPUTS,
  type MaskedAnswer,
  type MaskedOpened,
  type MaskedOpening,
  type MaskedQuestion,
} from './maskedMessages';

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

// Read when the library is loaded, which otherwise reports each session to its makers, and keeps a number for this user in their home.
process.env['ORT_DISABLE_TELEMETRY'] = '1';

serveModel(open);

async function open({
  path,
  modulePath,
  threads,
  maskId,
  probe,
}: MaskedOpening): Promise<ServedModel<MaskedOpened, MaskedQuestion, MaskedAnswer>> {
  const address = pathToFileURL(join(modulePath, 'node_modules', 'onnxruntime-node', 'dist', 'index.js'));
  const onnx = await startProgram(
    async () => (await import(/* webpackIgnore: true */ address.href)) as OnnxModule,
  );
  const session = await onnx.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    logSeverityLevel: 4,
  });
  const inputs = session.inputNames;
  const { shape = [] } = session.inputMetadata.find(({ name }) => name === 'input_ids') ?? {};
  const isKnown =
    REQUIRED_INPUTS.every((name) => inputs.includes(name)) &&
    inputs.every((name) => KNOWN_INPUTS.includes(name));
  if (!isKnown || !isDynamic(shape)) {
    return { opened: { inputs, shape, output: null }, answer: () => Promise.resolve(null) };
  }
  const run = runner(onnx, session);
  const { type, dims, data } = await run([probe]);
  const isFinite = type === 'float32' && (data as Float32Array).every(Number.isFinite);
  const rowsARun = Math.max(1, Math.floor(MOST_NUMBERS / data.length));
  return {
    opened: { inputs, shape, output: { type, dims, isFinite } },
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
