/** Writes small GGUF files for tests: a head with metadata and one tensor. */

type Value = number | boolean | string | readonly string[] | readonly number[];

function long(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
function float(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
const text = (value: string): Buffer => Buffer.concat([long(Buffer.byteLength(value)), Buffer.from(value)]);

function typed(value: Value): Buffer {
  switch (typeof value) {
    case 'string':
      return Buffer.concat([int(8), text(value)]);
    case 'boolean':
      return Buffer.concat([int(7), Buffer.of(value ? 1 : 0)]);
    case 'number':
      return Number.isInteger(value)
        ? Buffer.concat([int(4), int(value)])
        : Buffer.concat([int(6), float(value)]);
    default: {
      const ofText = typeof value[0] === 'string';
      const items = value.map((item) => (typeof item === 'string' ? text(item) : float(item)));
      return Buffer.concat([int(9), int(ofText ? 8 : 6), long(value.length), ...items]);
    }
  }
}

/** @param tensorBytes of the one tensor's data */
export function ggufBytes(metadata: Readonly<Record<string, Value>>, tensorBytes = 64): Buffer {
  const entries = Object.entries(metadata);
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    int(3),
    long(1),
    long(entries.length),
    ...entries.flatMap(([key, value]) => [text(key), typed(value)]),
    ...[text('weights'), int(1), long(tensorBytes / 4), int(0), long(0)],
  ]);
  const padding = Buffer.alloc((32 - (head.length % 32)) % 32);
  return Buffer.concat([head, padding, Buffer.alloc(tensorBytes)]);
}
