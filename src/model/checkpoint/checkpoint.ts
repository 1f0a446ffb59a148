/**
 * A model in one self-contained safetensors file, which any reader of that format opens:
 *
 * metadata  format         "understudy"
 *           formatVersion  "2"; the shipped base model has "1", which means the same
 *           config         NetworkConfig as JSON
 *           tokenizer      the content of a tokenizer.json
 *           training       TrainingRecord as JSON
 *           checksum       8 lower-case hexadecimal digits, see `checksumOf`
 * tensors   those of networkTensorShapes, each as F32, or, if a matrix, as I8 (−127 to 127) with `<name>.scales` F32
 *           [rows]; `gate` F32 [any length], optional
 *
 * Readers ignore further metadata and tensors, so that an addition needs no new version.
 */
import * as v from 'valibot';
import { isNestedTooDeeply } from '../nesting';
import { CELL_KINDS, type NetworkConfig } from '../networkConfig';
import { checkNetworkConfig } from '../network/checkNetworkConfig';
import type { StoredWeights } from '../network/quantizedMatrix';
import { isTokenizer, type Tokenizer } from '../tokenizer/tokenizer';
import { CheckpointError, type CheckpointFault } from './checkpointError';
import { checksumOf } from './checksum';
import { decodeHeader, decodeTensors, encodeSafetensors } from './safetensors';
import { trainingRecordSchema, type TrainingRecord } from './trainingRecord';
import { floatTensor, readFloats, readWeights, storeWeights } from './weightTensors';

const FORMAT = 'understudy';
/** The latest version that can be read. */
export const FORMAT_VERSION = 2;
const GATE = 'gate';

export interface Checkpoint {
  readonly config: NetworkConfig;
  readonly weights: StoredWeights;
  /** Content of a tokenizer.json, for `Tokenizer.fromJson`. */
  readonly tokenizer: unknown;
  readonly training: TrainingRecord;
  /** The mixer's learned weights, for `Mixture`; null starts with its defaults. */
  readonly gate: Float32Array | null;
}

const sizes = {
  vocabSize: v.number(),
  embeddingSize: v.number(),
  hiddenSize: v.number(),
  numLayers: v.number(),
};
export const networkConfigSchema: v.GenericSchema<unknown, NetworkConfig> = v.variant('architecture', [
  v.object({ architecture: v.picklist(CELL_KINDS), ...sizes, attention: v.exactOptional(v.boolean()) }),
  v.object({ architecture: v.literal('transformer'), ...sizes }),
]);
const metadataSchema = v.object({
  config: v.pipe(v.string(), v.parseJson(), networkConfigSchema),
  tokenizer: v.pipe(
    v.string(),
    v.parseJson(),
    v.check((json) => !isNestedTooDeeply(json)),
  ),
  training: v.pipe(v.string(), v.parseJson(), trainingRecordSchema),
  checksum: v.string(),
});

/** @throws RangeError when weights are not finite; ValiError for an impossible record */
export function encodeCheckpoint({ config, weights, tokenizer, training, gate }: Checkpoint): Uint8Array {
  const tensors = storeWeights(config, weights);
  if (gate) {
    tensors.set(GATE, floatTensor(gate, [gate.length]));
  }
  const metadata = {
    format: FORMAT,
    formatVersion: String(FORMAT_VERSION),
    config: JSON.stringify(config),
    tokenizer: JSON.stringify(tokenizer),
    training: JSON.stringify(v.parse(trainingRecordSchema, training)),
  };
  return encodeSafetensors({ ...metadata, checksum: checksumOf(metadata, tensors) }, tensors);
}

/**
 * @param name names the file in messages to the user
 * @throws CheckpointError when the bytes are damaged, truncated, foreign or of a newer version
 */
export function decodeCheckpoint(bytes: Uint8Array, name: string): Checkpoint {
  const fail = (reason: CheckpointFault, detail: string) => new CheckpointError(reason, name, detail);
  const header = decodeHeader(bytes, name);
  const { format, formatVersion } = header.metadata;
  if (format !== FORMAT) {
    throw fail('foreign', 'another program wrote it');
  }
  const version = Number(formatVersion);
  if (!Number.isInteger(version) || version < 1) {
    throw fail('damaged', 'its format version cannot be read');
  }
  if (version > FORMAT_VERSION) {
    throw fail('newer', `it has format ${version}, and this version reads up to ${FORMAT_VERSION}`);
  }
  const tensors = decodeTensors(bytes, header, name);
  const metadata = v.safeParse(metadataSchema, header.metadata);
  if (!metadata.success) {
    throw fail('damaged', `its metadata cannot be read (${v.getDotPath(metadata.issues[0]) ?? 'all'})`);
  }
  const { config, tokenizer, training, checksum } = metadata.output;
  if (checksum !== checksumOf(header.metadata, tensors)) {
    throw fail('damaged', 'its checksum does not fit its content');
  }
  try {
    checkNetworkConfig(config);
  } catch (error) {
    throw fail('damaged', (error as RangeError).message.replace(/\.$/, ''));
  }
  const weights = readWeights(config, tensors);
  if (typeof weights === 'string') {
    throw fail('damaged', `its tensor "${weights}" is missing, of a wrong shape or not finite`);
  }
  const gateTensor = tensors.get(GATE);
  const gate = gateTensor ? readFloats(gateTensor, [gateTensor.shape[0]]) : null;
  if (gate === undefined) {
    throw fail('damaged', `its tensor "${GATE}" is of a wrong shape or not finite`);
  }
  return { config, weights, tokenizer, training, gate };
}

/** Whether a model predicts the tokens of this tokenizer, and so can be mixed with others that do. */
export function hasTokens({ config, tokenizer: json }: Checkpoint, tokenizer: Tokenizer): boolean {
  return config.vocabSize === tokenizer.vocabSize && isTokenizer(json, tokenizer);
}

/**
 * {@link decodeCheckpoint} for a model that is to be mixed with others over this tokenizer.
 * @throws also Error whose message is for the user, when it has another tokenizer
 */
export function decodeMixable(bytes: Uint8Array, name: string, tokenizer: Tokenizer): Checkpoint {
  const checkpoint = decodeCheckpoint(bytes, name);
  if (!hasTokens(checkpoint, tokenizer)) {
    throw new Error(
      `The model "${name}" was trained with another tokenizer than this version of Understudy has. Train it again.`,
    );
  }
  return checkpoint;
}
