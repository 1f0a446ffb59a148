import { networkTensorShapes, type NetworkConfig } from '../networkConfig';
import { quantizeRows, type QuantizedMatrix, type StoredWeights } from './quantizedMatrix';

/**
 * The largest number of columns of any matrix (so also of `embeddingSize` and `hiddenSize`). The more columns a
 * matrix has, the fewer bits the kernel leaves an activation, so that a sum fits 32 bits; see `activationLimit` in
 * kernelModule.ts.
 */
export const MAX_COLUMNS = 4096;
const MAX_VOCAB_SIZE = 65536;
const MAX_LAYERS = 3;

/** Refuses a blueprint that no network supports: a RangeError names the field and its range. */
export function checkNetworkConfig(config: NetworkConfig): void {
  const ranges = [
    ['vocabSize', config.vocabSize, MAX_VOCAB_SIZE],
    ['embeddingSize', config.embeddingSize, MAX_COLUMNS],
    ['hiddenSize', config.hiddenSize, MAX_COLUMNS],
    ['numLayers', config.numLayers, MAX_LAYERS],
  ] as const;
  for (const [field, value, limit] of ranges) {
    if (!Number.isInteger(value) || value < 1 || value > limit) {
      throw new RangeError(`A network's ${field} must be a whole number from 1 to ${limit}, not ${value}.`);
    }
  }
}

/** The learned tensors of one blueprint by name; a RangeError names one that is missing or of another shape. */
export class NetworkTensors {
  private readonly shapes: Map<string, readonly number[]>;

  constructor(
    config: NetworkConfig,
    private readonly weights: StoredWeights,
  ) {
    checkNetworkConfig(config);
    this.shapes = networkTensorShapes(config);
  }

  /** A 1-D tensor. */
  vector(name: string): Float32Array {
    const [length] = this.shapes.get(name)! as [number];
    const tensor = this.weights.get(name);
    if (!(tensor instanceof Float32Array) || tensor.length !== length) {
      throw new RangeError(`The network needs tensor "${name}" as ${length} floats.`);
    }
    return tensor;
  }

  /** A 2-D tensor in 8 bits; rounded to them if it is stored as floats. */
  quantizedMatrix(name: string): QuantizedMatrix {
    const tensor = this.storedMatrix(name);
    const [rows, columns] = this.shapes.get(name)! as [number, number];
    return tensor instanceof Float32Array ? quantizeRows(tensor, rows, columns) : tensor;
  }

  /** A 2-D tensor as it is stored. */
  storedMatrix(name: string): Float32Array | QuantizedMatrix {
    const [rows, columns] = this.shapes.get(name)! as [number, number];
    const tensor = this.weights.get(name);
    const fits =
      tensor instanceof Float32Array
        ? tensor.length === rows * columns
        : tensor?.rows === rows &&
          tensor.columns === columns &&
          tensor.values.length === rows * columns &&
          tensor.scales.length === rows;
    if (tensor === undefined || !fits) {
      throw new RangeError(`The network needs tensor "${name}" as ${rows} rows of ${columns} columns.`);
    }
    return tensor;
  }
}
