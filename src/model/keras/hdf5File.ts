import type { Attribute, Dataset, Entity, File, ready } from 'h5wasm';
import { floatsOfHalves } from './halfPrecision';
import { KerasFault } from './kerasFault';

type Library = Awaited<typeof ready>;

let nextName = 0;

/** An HDF5 file in memory, opened for reading; it cannot reach anything outside its own bytes. */
export class Hdf5File {
  private constructor(
    private readonly library: Library,
    private readonly file: File,
    private readonly remove: () => void,
  ) {}

  /** @throws KerasFault when the bytes are not a complete HDF5 file */
  static async open(bytes: Uint8Array): Promise<Hdf5File> {
    if (hasEndlessHeap(bytes)) {
      throw new KerasFault('it is truncated or damaged; copy or save it again');
    }
    const { File, ready } = await import('h5wasm');
    const module = await ready;
    const { FS } = module;
    // Makes faults throw instead of printing to the console.
    module.activate_throwing_error_handler();
    const name = `read${nextName++}.h5`;
    FS.writeFile(name, bytes);
    const remove = () => {
      FS.unlink(name);
    };
    try {
      const file = new File(name, 'r');
      // A truncated file may open and then have no root.
      file.keys();
      return new Hdf5File(module, file, remove);
    } catch (error) {
      remove();
      throw new KerasFault('it is truncated or damaged; copy or save it again', { cause: error });
    }
  }

  close(): void {
    this.file.close();
    this.remove();
  }

  /** A text attribute of a group ('/' is the root), or null. */
  text(path: string, attribute: string): string | null {
    const value = this.attribute(path, attribute)?.value;
    return typeof value === 'string' ? value : null;
  }

  /** A dataset that is one text, or null. */
  wholeText(path: string): string | null {
    const dataset = this.dataset(path);
    const value = dataset?.shape?.length === 0 ? dataset.value : null;
    return typeof value === 'string' ? value : null;
  }

  /** A list of texts, which Keras splits into `name0`, `name1` and so on when it is long; null when there is none. */
  texts(path: string, attribute: string): readonly string[] | null {
    const whole = this.list(path, attribute);
    if (whole !== null) {
      return whole;
    }
    const parts: string[] = [];
    for (let i = 0, part; (part = this.list(path, `${attribute}${i}`)) !== null; i++) {
      parts.push(...part);
    }
    return parts.length === 0 ? null : parts;
  }

  /** Shape of a dataset, or null where there is none. */
  shape(path: string): readonly number[] | null {
    return this.dataset(path)?.shape ?? null;
  }

  /**
   * Values of a dataset, row-major.
   * @throws KerasFault when they are no floats; whole numbers, as `model.quantize` leaves them, mean nothing without their scales
   */
  floats(path: string): Float32Array {
    const dataset = this.dataset(path);
    const dtype = dataset?.dtype;
    // Keras marks bfloat16, whose bits mean other numbers; h5py stores it as bytes of no type so far.
    if (dataset !== null && dtype === '<e' && this.text(path, 'dtype') !== 'bfloat16') {
      return floatsOfHalves(new Uint16Array(this.bytes(dataset).buffer));
    }
    // The library takes the bytes as they are, so that big-endian numbers would be other ones.
    const value = typeof dtype === 'string' && /^<[fd]$/.test(dtype) ? dataset?.value : undefined;
    if (value instanceof Float32Array) {
      return value;
    }
    if (value instanceof Float64Array) {
      return Float32Array.from(value);
    }
    if (typeof value === 'number') {
      return Float32Array.of(value);
    }
    throw new KerasFault(
      `its weights "${path}" are stored as ${JSON.stringify(dtype)}; save the model with float32 weights`,
    );
  }

  /** What a dataset holds, as it is stored; the library itself gives no floats of 16 bits. */
  private bytes({ file_id: file, path, metadata }: Dataset): Uint8Array<ArrayBuffer> {
    const { library } = this;
    const length = metadata.size * metadata.total_size;
    const at = library._malloc(length);
    if (at === 0) {
      throw new KerasFault('its weights take more memory than there is; choose a smaller model');
    }
    try {
      library.get_dataset_data(file, path, null, null, null, BigInt(at));
      return library.HEAPU8.slice(at, at + length);
    } finally {
      library._free(at);
    }
  }

  private list(path: string, attribute: string): readonly string[] | null {
    const value = this.attribute(path, attribute)?.value;
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      return value;
    }
    // Keras writes an empty list as floats.
    return ArrayBuffer.isView(value) && value.byteLength === 0 ? [] : null;
  }

  private attribute(path: string, name: string): Attribute | undefined {
    const entity = path === '/' ? this.file : this.entity(path);
    return entity !== null && 'attrs' in entity
      ? (entity.attrs as Partial<Record<string, Attribute>>)[name]
      : undefined;
  }

  private dataset(path: string): Dataset | null {
    const entity = this.entity(path);
    return entity !== null && 'shape' in entity && 'filters' in entity ? entity : null;
  }

  private entity(path: string): Entity | null {
    return this.file.get(path);
  }
}

/** "GCOL" and its version in the HDF5 file format. */
const HEAP_SIGNATURE = [0x47, 0x43, 0x4f, 0x4c, 1, 0, 0, 0];
const HEAP_HEADER_BYTES = 16;
const HEAP_OBJECT_BYTES = 16;

/**
 * Whether a heap of texts is damaged, as by the zeros of an unfinished copy. HDF5's library loops for ever on free space of size
 * zero, and may do so after an object that ends outside its heap. Heaps do not overlap: where more objects are found than the file
 * has room for, it was made to take for ever here.
 */
function hasEndlessHeap(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const [first] = HEAP_SIGNATURE;
  let mostObjects = bytes.length / HEAP_OBJECT_BYTES;
  for (let heap = bytes.indexOf(first); heap >= 0; heap = bytes.indexOf(first, heap + 1)) {
    const isHeap = HEAP_SIGNATURE.every((byte, i) => bytes[heap + i] === byte);
    const end = isHeap && heap + HEAP_HEADER_BYTES <= bytes.length ? heap + long(heap + 8) : 0;
    for (let at = heap + HEAP_HEADER_BYTES; at + HEAP_OBJECT_BYTES <= end;) {
      if (at + HEAP_OBJECT_BYTES > bytes.length || --mostObjects < 0) {
        return true;
      }
      const isFree = view.getUint16(at, true) === 0;
      const size = long(at + 8);
      if (isFree && size === 0) {
        return true;
      }
      at += isFree ? size : HEAP_OBJECT_BYTES + Math.ceil(size / 8) * 8;
      if (at > end) {
        return true;
      }
    }
  }
  return false;
}

/** Whether an error comes from HDF5's library, which a damaged file may cause anywhere. The library runs in its own memory. */
export function isHdf5Failure(error: unknown): boolean {
  return error instanceof Error && (error.name === 'RuntimeError' || error.message.startsWith('HDF5-DIAG'));
}
