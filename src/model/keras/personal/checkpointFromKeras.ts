import * as v from 'valibot';
import type { Checkpoint } from '../../checkpoint/checkpoint';
import { checkNetworkConfig } from '../../network/checkNetworkConfig';
import { quantizeWeights } from '../../network/quantizedMatrix';
import { transposed } from '../../network/transposed';
import { GATES_PER_CELL, type CellKind, type RecurrentConfig } from '../../networkConfig';
import { Tokenizer } from '../../tokenizer/tokenizer';
import type { KerasFile } from '../kerasFile';
import { KerasFault } from '../kerasFault';
import { readModelGraph, type LayerCall } from '../modelGraph';
import { withKerasFile } from '../readKerasModel';
import type { TakeWeights } from '../weightStore';
import { CELL_CLASSES } from './personalLayers';
import { personalMetadataSchema, type PersonalMetadata } from './personalMetadata';

/** Largest difference between output kernel and embedding: rounding is allowed, separate training is not. */
const TIED_WITHIN = 1e-5;

/**
 * Reads a model in the layout of {@link exportKeras}, written by it or by keras_train.py, as a checkpoint. Its matrices are in 8
 * bits, as training writes them.
 * @param tokenizerText the tokenizer.json beside the file, for a file that carries none; null when there is none
 * @throws KerasError with one sentence for a model of another layout
 */
export async function checkpointFromKeras(
  bytes: Uint8Array,
  name: string,
  tokenizerText: string | null,
): Promise<Checkpoint> {
  return withKerasFile(bytes, name, (file) => {
    const { config, weights } = readPersonalNetwork(file);
    const { tokenizer, training, gate } = metadataOf(file, tokenizerText);
    const { vocabSize } = readTokenizer(tokenizer);
    if (vocabSize !== config.vocabSize) {
      throw new KerasFault(
        `it predicts ${config.vocabSize} tokens, and its tokenizer has ${vocabSize}; train it with Understudy's tokenizer`,
      );
    }
    return {
      config,
      weights: quantizeWeights(config, weights),
      tokenizer,
      training,
      gate: gate === null ? null : Float32Array.from(gate),
    };
  });
}

function metadataOf(file: KerasFile, tokenizerText: string | null): PersonalMetadata {
  if (file.understudy === null && tokenizerText === null) {
    throw new KerasFault(
      'it carries no tokenizer; put its tokenizer.json beside it, or choose it as language model instead',
    );
  }
  try {
    const json: unknown =
      file.understudy === null
        ? {
            format: 'understudy',
            formatVersion: 1,
            tokenizer: JSON.parse(tokenizerText!) as unknown,
            training: {},
            gate: null,
          }
        : JSON.parse(file.understudy);
    return v.parse(personalMetadataSchema, json);
  } catch (error) {
    throw new KerasFault(
      'what Understudy added to it, or its tokenizer.json, cannot be read; export it again',
      {
        cause: error,
      },
    );
  }
}

function readTokenizer(json: unknown): Tokenizer {
  try {
    return Tokenizer.fromJson(json);
  } catch (error) {
    throw new KerasFault(
      "its tokenizer is of another kind than Understudy's; train it with that, or choose it as language model instead",
      { cause: error },
    );
  }
}

interface PersonalNetwork {
  readonly config: RecurrentConfig;
  readonly weights: ReadonlyMap<string, Float32Array>;
}

function readPersonalNetwork(file: KerasFile): PersonalNetwork {
  const { calls, recurrent, projection, output, embedding } = findLayers(file);
  const architecture = (Object.keys(CELL_CLASSES) as CellKind[]).find(
    (kind) => CELL_CLASSES[kind] === recurrent[0].layer.className,
  )!;
  const config: RecurrentConfig = {
    architecture,
    vocabSize: embedding.layer.size('input_dim'),
    embeddingSize: embedding.layer.size('output_dim'),
    hiddenSize: recurrent[0].layer.size('units'),
    numLayers: recurrent.length,
  };
  checkLayers(config, { calls, recurrent, projection, output, embedding });
  const { vocabSize, embeddingSize, hiddenSize } = config;
  const weights = new Map<string, Float32Array>();
  const takeOf = (call: LayerCall) => file.weightsOf(call.layer.place);
  const [table] = takeOf(embedding)('', [[vocabSize, embeddingSize]]);
  weights.set('embedding', table);
  for (const [layer, call] of recurrent.entries()) {
    readCell(config, takeOf(call), layer, weights);
  }
  const [projectionKernel] = takeOf(projection)('', [[hiddenSize, embeddingSize]]);
  const [outputKernel, outputBias] = takeOf(output)('', [[embeddingSize, vocabSize], [vocabSize]]);
  const untied = transposed(outputKernel, embeddingSize, vocabSize).findIndex(
    (value, i) => Math.abs(value - table[i]) > TIED_WITHIN * Math.max(1, Math.abs(table[i])),
  );
  if (untied >= 0) {
    throw new KerasFault(
      'the kernel of its last layer is not the transposed embedding, to which the personal network is tied; choose it as language model instead, or train it with pretraining/keras_train.py',
    );
  }
  weights.set('projection', transposed(projectionKernel, hiddenSize, embeddingSize));
  weights.set('outputBias', outputBias);
  return { config, weights };
}

interface FoundLayers {
  readonly calls: readonly LayerCall[];
  readonly embedding: LayerCall;
  readonly recurrent: readonly LayerCall[];
  readonly projection: LayerCall;
  readonly output: LayerCall;
}

function findLayers(file: KerasFile): FoundLayers {
  const { calls, inputs } = readModelGraph(file.config);
  // Dropout does nothing in predictions.
  const kept = calls.filter(({ layer }) => layer.className !== 'Dropout');
  const recurrent = kept.filter(({ layer }) => Object.values(CELL_CLASSES).includes(layer.className));
  const [embedding] = kept;
  const [projection, output] = kept.slice(-2);
  const residuals = kept.filter(({ layer }) => layer.className === 'Add');
  if (
    inputs.length !== 1 ||
    recurrent.length === 0 ||
    embedding.layer.className !== 'Embedding' ||
    [projection, output].some(({ layer }) => layer.className !== 'Dense') ||
    residuals.length !== recurrent.length - 1 ||
    kept.length !== 2 * recurrent.length + 2
  ) {
    throw otherLayout();
  }
  return { calls, embedding, recurrent, projection, output };
}

/** Follows the values to check that the layers are connected as in the personal network. */
function checkLayers(
  config: RecurrentConfig,
  { calls, embedding, recurrent, projection, output }: FoundLayers,
): void {
  try {
    checkNetworkConfig(config);
  } catch (error) {
    throw new KerasFault((error as RangeError).message.replace(/\.$/, ''), { cause: error });
  }
  if (embedding.layer.flag('mask_zero')) {
    throw new KerasFault(
      'its embedding passes over token 0 (mask_zero), which the personal network reads like any other; choose it as language model instead',
    );
  }
  const byId = new Map(calls.map((call) => [call.id, call]));
  const sources = (call: LayerCall): (LayerCall | undefined)[] =>
    call.inputs.map((input) => {
      let source = input.kind === 'value' ? byId.get(input.id) : undefined;
      while (source?.layer.className === 'Dropout') {
        const [inner] = source.inputs;
        source = inner.kind === 'value' ? byId.get(inner.id) : undefined;
      }
      return source;
    });
  let last: LayerCall = embedding;
  for (const [i, call] of recurrent.entries()) {
    const isSound =
      call.layer.className === recurrent[0].layer.className &&
      call.layer.size('units') === config.hiddenSize &&
      call.layer.flag('return_sequences') &&
      call.layer.flag('use_bias', true) &&
      !call.layer.flag('go_backwards') &&
      (config.architecture !== 'gru' || call.layer.flag('reset_after')) &&
      call.layer.text('activation', 'tanh') === 'tanh' &&
      call.layer.text('recurrent_activation', 'sigmoid') === 'sigmoid' &&
      sources(call)[0] === last;
    if (!isSound) {
      throw otherLayout();
    }
    if (i === 0) {
      last = call;
      continue;
    }
    const before = last;
    const sum = calls.find((candidate) => {
      const parts = candidate.layer.className === 'Add' ? sources(candidate) : [];
      return parts.length === 2 && parts.includes(before) && parts.includes(call);
    });
    if (sum === undefined) {
      throw otherLayout();
    }
    last = sum;
  }
  const isSound =
    sources(projection)[0] === last &&
    sources(output)[0] === projection &&
    projection.layer.size('units') === config.embeddingSize &&
    !projection.layer.flag('use_bias', true) &&
    projection.layer.text('activation', 'linear') === 'linear' &&
    output.layer.size('units') === config.vocabSize &&
    output.layer.flag('use_bias', true) &&
    ['softmax', 'linear'].includes(output.layer.text('activation', 'linear'));
  if (!isSound) {
    throw otherLayout();
  }
}

function readCell(
  { architecture, embeddingSize, hiddenSize }: RecurrentConfig,
  take: TakeWeights,
  layer: number,
  weights: Map<string, Float32Array>,
): void {
  const inputs = layer === 0 ? embeddingSize : hiddenSize;
  const rows = GATES_PER_CELL[architecture] * hiddenSize;
  const [kernel, recurrentKernel, bias] = take('cell', [
    [inputs, rows],
    [hiddenSize, rows],
    architecture === 'gru' ? [2, rows] : [rows],
  ]);
  weights.set(`layers.${layer}.inputKernel`, transposed(kernel, inputs, rows));
  weights.set(`layers.${layer}.recurrentKernel`, transposed(recurrentKernel, hiddenSize, rows));
  weights.set(`layers.${layer}.bias`, bias.slice(0, rows));
  if (architecture === 'gru') {
    weights.set(`layers.${layer}.recurrentBias`, bias.slice(rows));
  }
}

function otherLayout(): KerasFault {
  return new KerasFault(
    'its layers are not those of the personal network (Embedding; LSTM, GRU or SimpleRNN; Dense; Dense); choose it as language model instead',
  );
}
