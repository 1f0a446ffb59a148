/**
 * The safetensors container (github.com/huggingface/safetensors): 8 bytes with the header's length, little-endian; a
 * JSON header with strings under `__metadata__` and each tensor's type, shape and place; the tensors without gaps.
 */
import * as v from 'valibot';
import { CheckpointError } from './checkpointError';

const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
/** The header is padded to a multiple of so many bytes, so that the tensors after it are aligned for floats. */
const ALIGNMENT = 8;
/** Characters of a tensor's name in a message; a damaged name may have millions. */
const LONGEST_SHOWN = 80;
const BYTES_PER_ELEMENT: Readonly<Record<TensorType, number>> = { F32: 4, I8: 1 };

type TensorType = 'F32' | 'I8';

export interface StoredTensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
}

const size = v.pipe(v.number(), v.integer(), v.minValue(0));
const headerSchema = v.objectWithRest(
  { __metadata__: v.optional(v.record(v.string(), v.string()), {}) },
  v.object({ dtype: v.string(), shape: v.array(size), data_offsets: v.tuple([size, size]) }),
);
type HeaderEntry = v.InferOutput<typeof headerSchema>[string];

interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly (readonly [name: string, entry: HeaderEntry])[];
  /** Where the tensors begin. */
  readonly byteLength: number;
}

/** The bytes of a file; floats come first, so that each tensor is aligned to its elements. */
export function encodeSafetensors(
  metadata: Readonly<Record<string, string>>,
  tensors: ReadonlyMap<string, StoredTensor>,
): Uint8Array {
  const ordered = [...tensors].sort(([, a], [, b]) => BYTES_PER_ELEMENT[b.type] - BYTES_PER_ELEMENT[a.type]);
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { type, shape, bytes }] of ordered) {
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerBytes), true);
  file.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  file.set(text, LENGTH_BYTES);
  let at = LENGTH_BYTES + headerBytes;
  for (const [, { bytes }] of ordered) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/** Reads the header alone, whichever program wrote it. @throws CheckpointError */
export function decodeHeader(file: Uint8Array, fileName: string): SafetensorsHeader {
  // Where a file is cut off within its length, what is there of it is the lower part.
  const start = Uint8Array.from({ length: LENGTH_BYTES }, (_, i) => file[i] ?? 0);
  const length = new DataView(start.buffer).getBigUint64(0, true);
  if ((file[LENGTH_BYTES] ?? 0x7b) !== 0x7b || length > BigInt(MAX_HEADER_BYTES)) {
    throw new CheckpointError('foreign', fileName, 'it is not a safetensors file');
  }
  if (file.length <= LENGTH_BYTES) {
    throw new CheckpointError('truncated', fileName, `it has only ${file.length} B`);
  }
  const byteLength = LENGTH_BYTES + Number(length);
  if (byteLength > file.length) {
    throw new CheckpointError('truncated', fileName, 'its header is cut off');
  }
  const parsed = parseJson(file.subarray(LENGTH_BYTES, byteLength));
  // None of its faults is told; there may be millions, which the memory would not hold.
  const header = v.safeParse(headerSchema, parsed, { abortEarly: true });
  if (!header.success) {
    throw new CheckpointError('damaged', fileName, 'its header cannot be read');
  }
  const { __metadata__: metadata, ...tensors } = header.output;
  return { metadata, tensors: Object.entries(tensors), byteLength };
}

/** The tensors, as views of the file. @throws CheckpointError */
export function decodeTensors(
  file: Uint8Array,
  header: SafetensorsHeader,
  fileName: string,
): Map<string, StoredTensor> {
  const data = file.subarray(header.byteLength);
  const tensors = new Map<string, StoredTensor>();
  let end = 0;
  for (const [name, { dtype, shape, data_offsets: offsets }] of header.tensors.toSorted(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0],
  )) {
    const elements = shape.reduce((product, length) => product * length, 1);
    if (
      !isTensorType(dtype) ||
      offsets[0] !== end ||
      offsets[1] !== end + elements * BYTES_PER_ELEMENT[dtype]
    ) {
      throw new CheckpointError(
        'damaged',
        fileName,
        `its tensor "${name.slice(0, LONGEST_SHOWN)}" has an impossible type, shape or place`,
      );
    }
    end = offsets[1];
    tensors.set(name, { type: dtype, shape, bytes: data.subarray(offsets[0], offsets[1]) });
  }
  if (data.length < end) {
    throw new CheckpointError('truncated', fileName, `${end - data.length} B are missing at its end`);
  }
  if (data.length > end) {
    throw new CheckpointError('damaged', fileName, `${data.length - end} B follow its end`);
  }
  return tensors;
}

function isTensorType(type: string): type is TensorType {
  return Object.hasOwn(BYTES_PER_ELEMENT, type);
}

/** Undefined when the bytes are no JSON in UTF-8. */
function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
