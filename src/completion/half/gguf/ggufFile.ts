/**
 * The header of a GGUF file: metadata of its model and vocabulary, and a check that the weights are not cut off.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { asError } from '../../../protocol/asError';

export type GgufValue = number | boolean | string | readonly GgufValue[];

export interface GgufHead {
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly fileBytes: number;
}

/** In bytes. The largest vocabularies need some megabytes; a header that claims more than this is damaged. */
const LARGEST_HEAD = 256 * 1024 * 1024;
const MOST_ENTRIES = 1 << 22;
const READ_AHEAD = 1 << 20;
const MOST_DIMENSIONS = 8;

/** @throws Error with one sentence when the file cannot be read, is not a GGUF file, or is cut off */
export function readGgufHead(path: string): GgufHead {
  const name = basename(path);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    const detail = asError(error).message;
    throw new Error(`The language model ${path} cannot be read (${detail}). Check that it exists.`, {
      cause: error,
    });
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile()) {
      throw new Error(`${name} is not a file. Choose the .gguf file of a language model.`);
    }
    return new HeadReader(file, stat.size, name).read();
  } finally {
    closeSync(file);
  }
}

/** Bytes of a value, by type; strings and arrays have no fixed size. */
const SIZES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;
const ARRAY = 9;

class HeadReader {
  private buffer = Buffer.alloc(0);
  private offset = 0;

  constructor(
    private readonly file: number,
    private readonly fileBytes: number,
    private readonly name: string,
  ) {}

  read(): GgufHead {
    if (this.fileBytes < 24 || this.take(4).toString('latin1') !== 'GGUF') {
      throw new Error(
        `${this.name} is not a GGUF file. Choose the .gguf file of a language model, as llama.cpp reads it.`,
      );
    }
    const version = this.take(4).readUInt32LE();
    if (version !== 2 && version !== 3) {
      throw new Error(
        `${this.name} is a GGUF file of version ${version}, and only 2 and 3 can be read. Convert it with a current llama.cpp.`,
      );
    }
    const tensors = this.count();
    const entries = this.count();
    const metadata = new Map<string, GgufValue>();
    for (let i = 0; i < entries; i++) {
      const key = this.string();
      metadata.set(key, this.value(this.take(4).readUInt32LE()));
    }
    this.checkTensors(tensors, metadata.get('general.alignment'));
    return { metadata, fileBytes: this.fileBytes };
  }

  /** The last tensor must begin inside the file; llama.cpp checks on loading that it also ends there. */
  private checkTensors(tensors: number, alignment: GgufValue | undefined): void {
    let last = 0;
    for (let i = 0; i < tensors; i++) {
      this.string();
      const dimensions = this.take(4).readUInt32LE();
      if (dimensions > MOST_DIMENSIONS) {
        this.damaged();
      }
      this.take(8 * dimensions + 4);
      last = Math.max(last, this.long());
    }
    const unit = typeof alignment === 'number' && alignment > 0 ? alignment : 32;
    const start = Math.ceil(this.offset / unit) * unit;
    if (start + last >= this.fileBytes) {
      this.damaged();
    }
  }

  private value(type: number): GgufValue {
    if (type === STRING) {
      return this.string();
    }
    if (type === ARRAY) {
      const itemType = this.take(4).readUInt32LE();
      if (itemType === ARRAY) {
        // llama.cpp reads no nested arrays either, and deep ones would exhaust the stack.
        this.damaged();
      }
      const length = this.count();
      return Array.from({ length }, () => this.value(itemType));
    }
    const size = SIZES[type];
    if (size === undefined) {
      return this.damaged();
    }
    const bytes = this.take(size);
    switch (type) {
      case 6:
        return bytes.readFloatLE();
      case 7:
        return bytes[0] !== 0;
      case 10:
        return Number(bytes.readBigUInt64LE());
      case 11:
        return Number(bytes.readBigInt64LE());
      case 12:
        return bytes.readDoubleLE();
      default:
        return type % 2 === 0 ? bytes.readUIntLE(0, size) : bytes.readIntLE(0, size);
    }
  }

  private string(): string {
    return this.take(this.long()).toString('utf8');
  }

  private count(): number {
    const count = this.long();
    return count > MOST_ENTRIES ? this.damaged() : count;
  }

  private long(): number {
    return Number(this.take(8).readBigUInt64LE());
  }

  private take(bytes: number): Buffer {
    const end = this.offset + bytes;
    if (!(end <= this.fileBytes && end <= LARGEST_HEAD)) {
      return this.damaged();
    }
    if (end > this.buffer.length) {
      const longer = Buffer.alloc(
        Math.min(this.fileBytes, Math.max(end, this.buffer.length * 2, READ_AHEAD)),
      );
      this.buffer.copy(longer);
      readSync(this.file, longer, this.buffer.length, longer.length - this.buffer.length, this.buffer.length);
      this.buffer = longer;
    }
    const taken = this.buffer.subarray(this.offset, end);
    this.offset = end;
    return taken;
  }

  private damaged(): never {
    throw new Error(`${this.name} is damaged or incomplete. Download it again.`);
  }
}
