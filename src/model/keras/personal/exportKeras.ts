import { strToU8, zipSync } from 'fflate';
import type { File, Group } from 'h5wasm';
import type { Checkpoint } from '../../checkpoint/checkpoint';
import { dequantizeWeights } from '../../network/quantizedMatrix';
import { hasAttention } from '../../networkConfig';
import { UNDERSTUDY_METADATA } from '../kerasFile';
import { GroupNames } from '../modelGraph';
import { INPUT, personalLayers, type PersonalLayer } from './personalLayers';
import type { PersonalMetadata } from './personalMetadata';

export type KerasFormat = 'keras' | 'h5';

/** The format that a file's name asks for, or null. */
export function kerasFormatOf(path: string): KerasFormat | null {
  return /\.keras$/i.test(path) ? 'keras' : /\.(h5|hdf5)$/i.test(path) ? 'h5' : null;
}

/** A Keras 3 that can read what is written here; later versions load it too. */
const KERAS_VERSION = '3.0.0';
const MODEL_NAME = 'understudy';
/** A fixed time, so that the same model gives the same file. */
const SAVED = '2025-01-01@00:00:00';
const MODIFIED = '2025-01-01T00:00:00';

/**
 * Writes a personal model as a file that `keras.models.load_model` opens without custom objects, with the same probabilities.
 * @param format `keras` for Keras 3, `h5` for Keras 2 and 3
 * @throws Error with one sentence for a network that Keras' own layers cannot express
 */
export async function exportKeras(checkpoint: Checkpoint, format: KerasFormat): Promise<Uint8Array> {
  const { config, weights, tokenizer, training, gate } = checkpoint;
  if (config.architecture === 'transformer' || hasAttention(config)) {
    throw new Error(
      'A model with attention has no counterpart among the layers of Keras; export it as .safetensors, or train an LSTM, GRU or RNN without attention.',
    );
  }
  const layers = personalLayers(config, dequantizeWeights(weights));
  const metadata = JSON.stringify({
    format: 'understudy',
    formatVersion: 1,
    tokenizer,
    training,
    gate: gate === null ? null : [...gate],
  } satisfies PersonalMetadata);
  if (format === 'h5') {
    return writeHdf5((file) => {
      writeLegacyModel(file, layers);
      file.create_dataset({ name: UNDERSTUDY_METADATA, data: metadata });
    });
  }
  const weightsFile = await writeHdf5((file) => {
    writeArchiveWeights(file, layers);
  });
  return zipSync(
    {
      'metadata.json': strToU8(JSON.stringify({ keras_version: KERAS_VERSION, date_saved: SAVED })),
      'config.json': strToU8(JSON.stringify(archiveConfig(layers))),
      // Floats hardly compress.
      'model.weights.h5': [weightsFile, { level: 0 }],
      [UNDERSTUDY_METADATA]: strToU8(metadata),
    },
    { mtime: MODIFIED },
  );
}

/** The bytes of an HDF5 file that `fill` fills. */
async function writeHdf5(fill: (file: File) => void): Promise<Uint8Array> {
  const { File, ready } = await import('h5wasm');
  const module = await ready;
  module.activate_throwing_error_handler();
  const name = 'export.h5';
  const file = new File(name, 'w');
  try {
    fill(file);
    file.flush();
    return module.FS.readFile(name).slice();
  } finally {
    file.close();
    module.FS.unlink(name);
  }
}

/** Writes a group for each layer, named by its class and a count, which holds its weights by number. */
function writeArchiveWeights(file: File, layers: readonly PersonalLayer[]): void {
  const groups = new GroupNames({ group: '', names: [] });
  for (const { className, weights } of layers) {
    const { group } = groups.next({ class_name: className });
    for (const weight of weights) {
      writeWeight(file, `${group}/${weight.place}`, weight);
    }
  }
}

/** Writes a group for each layer, with the names of its weights in their order. */
function writeLegacyModel(file: File, layers: readonly PersonalLayer[]): void {
  file.create_attribute('keras_version', '2.15.0');
  file.create_attribute('backend', 'tensorflow');
  file.create_attribute('model_config', JSON.stringify(legacyConfig(layers)));
  const root = file.create_group('model_weights');
  root.create_attribute('layer_names', [INPUT, ...layers.map(({ name }) => name)]);
  root.create_attribute('backend', 'tensorflow');
  root.create_attribute('keras_version', '2.15.0');
  root.create_group(INPUT).create_attribute('weight_names', new Float64Array(0));
  for (const { name, weights } of layers) {
    const group = root.create_group(name);
    const names = weights.map((weight) => `${name}/${weight.name}:0`);
    group.create_attribute('weight_names', names.length === 0 ? new Float64Array(0) : names);
    for (const [i, weight] of weights.entries()) {
      writeWeight(group, names[i], weight);
    }
  }
}

function writeWeight(
  parent: Group,
  path: string,
  { shape, values }: { readonly shape: readonly number[]; readonly values: Float32Array },
): void {
  const folders = path.split('/');
  const name = folders.pop()!;
  let group = parent;
  for (const folder of folders) {
    const found = group.keys().includes(folder) ? group.get(folder) : null;
    group = found === null ? group.create_group(folder) : (found as Group);
  }
  group.create_dataset({ name, data: values, shape: [...shape], dtype: '<f4' });
}

function archiveConfig(layers: readonly PersonalLayer[]): unknown {
  const sizes = new Map(layers.map(({ name, size }) => [name, size]));
  const tensor = (name: string) => ({
    class_name: '__keras_tensor__',
    config: {
      shape: [null, null, ...(name === INPUT ? [] : [sizes.get(name)!])],
      dtype: name === INPUT ? 'int32' : 'float32',
      keras_history: [name, 0, 0],
    },
  });
  const kerasLayer = (className: string, name: string, config: object, inboundNodes: readonly unknown[]) => ({
    module: 'keras.layers',
    class_name: className,
    config: { name, ...config },
    registered_name: null,
    name,
    inbound_nodes: inboundNodes,
  });
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      name: MODEL_NAME,
      trainable: true,
      layers: [
        kerasLayer('InputLayer', INPUT, { batch_shape: [null, null], dtype: 'int32' }, []),
        ...layers.map(({ className, name, config, from }) => {
          const tensors = from.map(tensor);
          return kerasLayer(className, name, { ...config, dtype: 'float32' }, [
            { args: tensors.length === 1 ? tensors : [tensors], kwargs: {} },
          ]);
        }),
      ],
      input_layers: [[INPUT, 0, 0]],
      output_layers: [[layers[layers.length - 1].name, 0, 0]],
    },
    registered_name: 'Functional',
    build_config: { input_shape: [null, null] },
  };
}

function legacyConfig(layers: readonly PersonalLayer[]): unknown {
  return {
    class_name: 'Functional',
    config: {
      name: MODEL_NAME,
      layers: [
        {
          class_name: 'InputLayer',
          config: { name: INPUT, batch_input_shape: [null, null], dtype: 'int32' },
          name: INPUT,
          inbound_nodes: [],
        },
        ...layers.map(({ className, name, config, from }) => ({
          class_name: className,
          config: { name, ...config, dtype: 'float32' },
          name,
          inbound_nodes: [from.map((source) => [source, 0, 0, {}])],
        })),
      ],
      input_layers: [[INPUT, 0, 0]],
      output_layers: [[layers[layers.length - 1].name, 0, 0]],
    },
  };
}
