/**
 * The personal recurrent network as Keras layers, in a functional model without custom code:
 *
 *   tokens → embedding → recurrent_0 → recurrent_1 + its input → … → projection → output (softmax)
 *
 * The softmax, which is tied to the embedding, becomes a separate Dense whose kernel is the transposed embedding.
 */
import { transposed } from '../../network/transposed';
import type { CellKind, RecurrentConfig } from '../../networkConfig';

interface LayerWeight {
  /** Path under the layer's group in an archive, e.g. `cell/vars/0`. */
  readonly place: string;
  /** Name under the layer's group in an `.h5` file, e.g. `cell/kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface PersonalLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Names of the layers that it takes its inputs from. */
  readonly from: readonly string[];
  /** Floats of one step of its output. */
  readonly size: number;
  readonly weights: readonly LayerWeight[];
}

export const CELL_CLASSES: Readonly<Record<CellKind, string>> = {
  lstm: 'LSTM',
  gru: 'GRU',
  rnn: 'SimpleRNN',
};
export const INPUT = 'tokens';

/** @param weights as floats, in the layout of networkConfig.ts */
export function personalLayers(
  config: RecurrentConfig,
  weights: ReadonlyMap<string, Float32Array>,
): PersonalLayer[] {
  const { architecture, vocabSize, embeddingSize, hiddenSize, numLayers } = config;
  const embedding = weights.get('embedding')!;
  const layers: PersonalLayer[] = [
    {
      className: 'Embedding',
      name: 'embedding',
      config: { input_dim: vocabSize, output_dim: embeddingSize },
      from: [INPUT],
      size: embeddingSize,
      weights: [
        { place: 'vars/0', name: 'embeddings', shape: [vocabSize, embeddingSize], values: embedding },
      ],
    },
  ];
  let last = 'embedding';
  for (let layer = 0; layer < numLayers; layer++) {
    const inputs = layer === 0 ? embeddingSize : hiddenSize;
    const name = `recurrent_${layer}`;
    layers.push({
      className: CELL_CLASSES[architecture],
      name,
      config: {
        units: hiddenSize,
        return_sequences: true,
        ...(architecture === 'gru' ? { reset_after: true } : {}),
      },
      from: [last],
      size: hiddenSize,
      weights: cellWeights(config, weights, layer, inputs),
    });
    if (layer > 0) {
      const sum = `residual_${layer}`;
      layers.push({
        className: 'Add',
        name: sum,
        config: {},
        from: [last, name],
        size: hiddenSize,
        weights: [],
      });
      last = sum;
    } else {
      last = name;
    }
  }
  layers.push(
    {
      className: 'Dense',
      name: 'projection',
      config: { units: embeddingSize, use_bias: false },
      from: [last],
      size: embeddingSize,
      weights: [
        {
          place: 'vars/0',
          name: 'kernel',
          shape: [hiddenSize, embeddingSize],
          values: transposed(weights.get('projection')!, embeddingSize, hiddenSize),
        },
      ],
    },
    {
      className: 'Dense',
      name: 'output',
      config: { units: vocabSize, activation: 'softmax' },
      from: ['projection'],
      size: vocabSize,
      weights: [
        {
          place: 'vars/0',
          name: 'kernel',
          shape: [embeddingSize, vocabSize],
          values: transposed(embedding, vocabSize, embeddingSize),
        },
        { place: 'vars/1', name: 'bias', shape: [vocabSize], values: weights.get('outputBias')! },
      ],
    },
  );
  return layers;
}

function cellWeights(
  { architecture, hiddenSize }: RecurrentConfig,
  weights: ReadonlyMap<string, Float32Array>,
  layer: number,
  inputs: number,
): LayerWeight[] {
  const tensor = (name: string) => weights.get(`layers.${layer}.${name}`)!;
  const bias = tensor('bias');
  const rows = bias.length;
  const weight = (i: number, name: string, shape: readonly number[], values: Float32Array): LayerWeight => ({
    place: `cell/vars/${i}`,
    name: `cell/${name}`,
    shape,
    values,
  });
  return [
    weight(0, 'kernel', [inputs, rows], transposed(tensor('inputKernel'), rows, inputs)),
    weight(
      1,
      'recurrent_kernel',
      [hiddenSize, rows],
      transposed(tensor('recurrentKernel'), rows, hiddenSize),
    ),
    architecture === 'gru'
      ? weight(2, 'bias', [2, rows], Float32Array.of(...bias, ...tensor('recurrentBias')))
      : weight(2, 'bias', [rows], bias),
  ];
}
