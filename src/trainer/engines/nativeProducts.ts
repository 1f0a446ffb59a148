/**
 * Matrix products of the native engine, in single precision or with both operands and the result rounded to bfloat16, as the
 * processors multiply that have instructions for it (AVX512-BF16, AMX): sums stay in single precision, and so do the weights,
 * their gradients once summed, and Adam (Kalamkar et al. 2019, arXiv 1905.12322).
 */
import type { Matrix } from '../network/tensorOps';
import type { NativeBackend, OpAttribute } from './nativeKernels';

export type Precision = 'float32' | 'bfloat16';

/** TensorFlow's number of the type (types.proto), which TensorFlow.js does not name. */
const DT_BFLOAT16 = 14;

/** Rounding must speed a product up by this factor to be worth it. */
const WORTHWHILE_SPEEDUP = 1.3;

export class NativeProducts {
  constructor(
    private readonly backend: NativeBackend,
    private readonly precision: Precision,
  ) {}

  /** a · b. */
  product(a: Matrix, b: Matrix): Matrix {
    return this.withRight(b, (times) => times(a));
  }

  /** Runs `body` with a function that multiplies by b from the right; b is rounded once. */
  withRight<Result>(b: Matrix, body: (times: (a: Matrix) => Matrix) => Result): Result {
    const { backend } = this;
    const { TF_FLOAT } = backend.binding;
    if (this.precision === 'float32') {
      return body((a) => {
        const [left, right] = backend.getInputTensorIds([a, b]);
        return backend.createOutputTensor(this.matMul(left, right, TF_FLOAT)) as Matrix;
      });
    }
    const right = this.cast(backend.getInputTensorIds([b])[0], TF_FLOAT, DT_BFLOAT16).id;
    try {
      return body((a) => {
        const left = this.cast(backend.getInputTensorIds([a])[0], TF_FLOAT, DT_BFLOAT16).id;
        const rounded = this.matMul(left, right, DT_BFLOAT16).id;
        const output = this.cast(rounded, DT_BFLOAT16, TF_FLOAT);
        backend.binding.deleteTensor(left);
        backend.binding.deleteTensor(rounded);
        return backend.createOutputTensor(output) as Matrix;
      });
    } finally {
      backend.binding.deleteTensor(right);
    }
  }

  private matMul(left: number, right: number, type: number) {
    const { binding } = this.backend;
    const plain = ['transpose_a', 'transpose_b'].map((name) => this.flag(name));
    const attributes = [...plain, { name: 'T', type: binding.TF_ATTR_TYPE, value: type }];
    return binding.executeOp('MatMul', attributes, [left, right], 1)[0];
  }

  private cast(tensor: number, from: number, to: number) {
    const { binding } = this.backend;
    const attributes = [
      { name: 'SrcT', type: binding.TF_ATTR_TYPE, value: from },
      { name: 'DstT', type: binding.TF_ATTR_TYPE, value: to },
      this.flag('Truncate'),
    ];
    return binding.executeOp('Cast', attributes, [tensor], 1)[0];
  }

  private flag(name: string): OpAttribute {
    return { name, type: this.backend.binding.TF_ATTR_BOOL, value: false };
  }
}

/** Which precision this machine multiplies faster in; takes some 20 ms. */
export function fasterPrecision(backend: NativeBackend, left: Matrix, right: Matrix): Precision {
  const milliseconds = (precision: Precision): number => {
    const products = new NativeProducts(backend, precision);
    const times = Array.from({ length: 4 }, () => {
      const start = performance.now();
      products.product(left, right).dispose();
      return performance.now() - start;
    });
    return Math.min(...times);
  };
  return milliseconds('float32') > WORTHWHILE_SPEEDUP * milliseconds('bfloat16') ? 'bfloat16' : 'float32';
}
