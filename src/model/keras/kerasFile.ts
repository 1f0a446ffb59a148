import { unzipSync } from 'fflate';
import { beginsWith } from '../commonPrefix';
import { isNestedTooDeeply } from '../nesting';
import { Hdf5File } from './hdf5File';
import { KerasFault } from './kerasFault';
import { MAX_CONFIG_BYTES, MAX_KERAS_FILE_BYTES } from './sizeLimits';
import { archiveWeights, legacyWeights, type WeightStore } from './weightStore';

/** A model as Keras stored it, not yet interpreted. */
export interface KerasFile {
  /** The content of `model_config` or `config.json`. */
  readonly config: unknown;
  /** Major version of the Keras that wrote it. */
  readonly majorVersion: number;
  readonly weightsOf: WeightStore;
  /** What an exported personal model carries in addition, as JSON; null in other files. */
  readonly understudy: string | null;
  close(): void;
}

const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const ZIP_SIGNATURE = [0x50, 0x4b, 0x03, 0x04];
/** Of an archive, which has some dozens; it may claim billions. */
const MOST_ENTRIES = 10_000;
/** Where HDF5 files hold what `.keras` archives have in config.json. */
const CONFIG_ATTRIBUTE = 'model_config';
const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';
/** Where an exported personal model keeps what Keras has no place for: a file in the archive, or a dataset in HDF5. */
export const UNDERSTUDY_METADATA = 'understudy.json';

/** Opens an `.h5` or `.keras` file; its content decides which it is, not its name. @throws KerasFault */
export async function openKerasFile(bytes: Uint8Array): Promise<KerasFile> {
  if (bytes.length > MAX_KERAS_FILE_BYTES) {
    throw new KerasFault(
      `it is larger than ${MAX_KERAS_FILE_BYTES / 1024 / 1024} MB; choose a smaller model`,
    );
  }
  if (beginsWith(bytes, HDF5_SIGNATURE)) {
    return openHdf5(bytes);
  }
  if (beginsWith(bytes, ZIP_SIGNATURE)) {
    return openArchive(bytes);
  }
  if (bytes[0] === 0x80 && bytes[1] <= 5) {
    throw new KerasFault(
      'it is a Python pickle, which can run code and is never opened; save the model with model.save("model.keras")',
    );
  }
  throw new KerasFault(
    bytes.length === 0
      ? 'it is empty; save or copy it again'
      : 'it is neither HDF5 nor a .keras archive; save the model with model.save("model.keras")',
  );
}

async function openHdf5(bytes: Uint8Array): Promise<KerasFile> {
  const file = await Hdf5File.open(bytes);
  try {
    const config = file.text('/', CONFIG_ATTRIBUTE);
    if (config === null) {
      throw new KerasFault(
        'it holds weights without a model, or no Keras model at all; save the whole model with model.save, not save_weights',
      );
    }
    const metadata = file.wholeText(UNDERSTUDY_METADATA);
    return {
      config: parse(config, CONFIG_ATTRIBUTE),
      majorVersion: majorVersionOf(file.text('/', 'keras_version') ?? '2'),
      weightsOf: legacyWeights(file),
      understudy: metadata,
      close: () => {
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function openArchive(bytes: Uint8Array): Promise<KerasFile> {
  const files = unzip(bytes);
  const config = files.get(CONFIG);
  const weights = files.get(WEIGHTS);
  if (config === undefined || weights === undefined) {
    throw new KerasFault(
      `it is a zip archive without ${config === undefined ? CONFIG : WEIGHTS}, so it is not a Keras model; save the model with model.save("model.keras")`,
    );
  }
  const metadata = parse(text(files.get(METADATA) ?? new Uint8Array([0x7b, 0x7d])), METADATA);
  const version = (metadata as { keras_version?: unknown } | null)?.keras_version;
  const parsed = parse(text(config), CONFIG);
  const file = await Hdf5File.open(weights);
  const own = files.get(UNDERSTUDY_METADATA);
  return {
    config: parsed,
    majorVersion: majorVersionOf(typeof version === 'string' ? version : '3'),
    weightsOf: archiveWeights(file),
    understudy: own === undefined ? null : text(own),
    close: () => {
      file.close();
    },
  };
}

/** The known parts of an archive. @throws KerasFault when one is too large, or not as long as the archive says */
function unzip(bytes: Uint8Array): Map<string, Uint8Array> {
  const limits = new Map([
    [CONFIG, MAX_CONFIG_BYTES],
    [METADATA, MAX_CONFIG_BYTES],
    [UNDERSTUDY_METADATA, MAX_CONFIG_BYTES],
    [WEIGHTS, MAX_KERAS_FILE_BYTES],
  ]);
  let isPickle = false;
  let tooLarge: string | undefined;
  let entries = 0;
  let files;
  try {
    files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        isPickle ||= name.endsWith('.pkl');
        if (++entries > MOST_ENTRIES) {
          throw new RangeError(name);
        }
        const limit = limits.get(name);
        if (limit === undefined) {
          return false;
        }
        // Unpacked once: an archive may list a part a thousand times.
        limits.delete(name);
        if (originalSize > limit) {
          tooLarge ??= name;
          return false;
        }
        return true;
      },
    });
  } catch (error) {
    throw new KerasFault('it is truncated or damaged; copy or save it again', { cause: error });
  }
  if (tooLarge !== undefined) {
    throw new KerasFault(`its ${tooLarge} is too large; choose a smaller model`);
  }
  if (isPickle && files[CONFIG] === undefined) {
    throw new KerasFault(
      'it is a Python pickle in an archive (as PyTorch saves), which can run code and is never opened; save the model from Keras',
    );
  }
  return new Map(Object.entries(files));
}

function parse(json: string, what: string): unknown {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (error) {
    throw new KerasFault(`${what} is not JSON; save it again`, { cause: error });
  }
  if (isNestedTooDeeply(parsed)) {
    throw new KerasFault(`${what} is nested too deeply for one of Keras; save it again`);
  }
  return parsed;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function majorVersionOf(version: string): number {
  return Number.parseInt(version, 10) || 2;
}
