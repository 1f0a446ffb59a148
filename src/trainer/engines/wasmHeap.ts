import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Matrix, Tensor, TensorFlow } from '../network/tensorOps';
import type { Heap } from './trainingKernel';

type Backend = Pick<BackendWasm, 'typedArrayFromHeap' | 'makeOutput' | 'wasm'>;

/** What Emscripten gives the backend's module, beyond its types. */
interface EmscriptenModule {
  readonly asm: { readonly memory: WebAssembly.Memory };
  readonly _malloc: (byteLength: number) => number;
  readonly _free: (offset: number) => void;
}

/** The heap of TensorFlow.js' WebAssembly backend, and the tensors' places in it. */
export class WasmHeap implements Heap {
  private readonly backend: Backend;
  private readonly module: EmscriptenModule;

  constructor(private readonly tf: TensorFlow) {
    this.backend = tf.backend() as unknown as Backend;
    this.module = this.backend.wasm as unknown as EmscriptenModule;
  }

  get memory(): WebAssembly.Memory {
    return this.module.asm.memory;
  }

  allocate(byteLength: number): number {
    return this.module._malloc(byteLength);
  }

  free(offset: number): void {
    this.module._free(offset);
  }

  /** A tensor whose values are whatever the heap held. */
  tensor(shape: readonly number[]): Tensor {
    return this.tf.engine().makeTensorFromTensorInfo(this.backend.makeOutput([...shape], 'float32'));
  }

  /** As {@link tensor}. */
  matrix(rows: number, columns: number): Matrix {
    return this.tensor([rows, columns]) as Matrix;
  }

  /** The tensor's values where they are; good until the next allocation. */
  view(tensor: Tensor): Float32Array {
    return this.backend.typedArrayFromHeap(tensor) as Float32Array;
  }

  /** Where the tensor's values are, in bytes; good as long as the tensor. */
  offset(tensor: Tensor): number {
    return this.view(tensor).byteOffset;
  }

  offsets<Tensors extends Tensor[]>(...tensors: Tensors): { [T in keyof Tensors]: number } {
    return tensors.map((tensor) => this.offset(tensor)) as { [T in keyof Tensors]: number };
  }
}
