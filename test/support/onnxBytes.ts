/** Writes small ONNX files for tests. The format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */

/** `TensorProto.DataType`. */
export const FLOAT = 1;
export const INT64 = 7;
export const FLOAT16 = 10;

export interface OnnxNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Whole numbers. */
  readonly attributes?: Readonly<Record<string, number>>;
}
/** The shape of an input or output; text names a dimension that any number fits. */
export interface OnnxValue {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly (number | string)[];
}
export interface OnnxConstant {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}
export interface OnnxGraph {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly constants: readonly OnnxConstant[];
  readonly nodes: readonly OnnxNode[];
}

const OPERATORS_VERSION = 13;

export function onnxBytes({ inputs, outputs, constants, nodes }: OnnxGraph): Buffer {
  const graph = [
    ...nodes.map((node) => message(1, nodeBytes(node))),
    text(2, 'test'),
    ...constants.map((constant) => message(5, constantBytes(constant))),
    ...inputs.map((value) => message(11, valueBytes(value))),
    ...outputs.map((value) => message(12, valueBytes(value))),
  ];
  return Buffer.concat([
    number(1, 8),
    text(2, 'understudy'),
    message(7, graph),
    message(8, [text(1, ''), number(2, OPERATORS_VERSION)]),
  ]);
}

const nodeBytes = ({ operator, inputs, output, attributes = {} }: OnnxNode): Buffer[] => [
  ...inputs.map((name) => text(1, name)),
  text(2, output),
  text(4, operator),
  ...Object.entries(attributes).map(([name, value]) =>
    message(5, [text(1, name), number(3, value), number(20, 2)]),
  ),
];

const constantBytes = ({ name, dims, values }: OnnxConstant): Buffer[] => [
  ...dims.map((dim) => number(1, dim)),
  number(2, values instanceof Float32Array ? FLOAT : INT64),
  text(8, name),
  message(9, [Buffer.from(values.buffer, values.byteOffset, values.byteLength)]),
];

const valueBytes = ({ name, type, shape }: OnnxValue): Buffer[] => [
  text(1, name),
  message(2, [
    message(1, [
      number(1, type),
      message(
        2,
        shape.map((dim) => message(1, [typeof dim === 'number' ? number(1, dim) : text(2, dim)])),
      ),
    ]),
  ]),
];

const text = (field: number, value: string): Buffer => message(field, [Buffer.from(value)]);
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field << 3), varint(value)]);

function message(field: number, parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat(parts);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | 128);
  }
  return Buffer.from([...bytes, rest]);
}
