/**
 * TensorFlow's own ops, run by name. TensorFlow.js maps its ops to these with checks, reshapes and bookkeeping that cost more
 * than a small op itself, and the fused ones it does not map at all.
 *
 * Tensors made here belong to the tidy scope around the call, as with any op. What each op computes:
 * https://www.tensorflow.org/api_docs/python/tf/raw_ops
 */
import {
  ADAM_BETA1,
  ADAM_BETA2,
  ADAM_EPSILON,
  type AdamSlot,
  type AdamUpdate,
  type Matrix,
  type Tensor,
  type TensorFlow,
  type Vector,
} from '../network/tensorOps';

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A tensor of TensorFlow's own, by number; whoever asked for it deletes it. */
interface RawTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** The part of tfjs-node's backend that is used here. */
export interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: {
    readonly TF_Version: string;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_SHAPE: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_TYPE: number;
    executeOp(
      op: string,
      attributes: readonly OpAttribute[],
      inputs: readonly number[],
      numOutputs: number,
    ): [RawTensor, ...RawTensor[]];
    deleteTensor(id: number): void;
  };
  /** Numbers of the tensors' own memory, which stays theirs. */
  getInputTensorIds(tensors: readonly Tensor[]): number[];
  /** Hands a raw tensor over to TensorFlow.js. */
  createOutputTensor(tensor: RawTensor): Tensor;
  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    numOutputs: number,
  ): Tensor[];
}

/** The name by which `VarHandleOp` makes an anonymous variable, which is freed with its handle (resource_handle.h). */
const ANONYMOUS_VARIABLE = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

export class NativeKernels {
  constructor(
    private readonly tf: TensorFlow,
    private readonly backend: NativeBackend,
  ) {}

  add(a: Matrix, b: Matrix): Matrix {
    return this.one('AddV2', [this.float()], [a, b]);
  }

  mul(a: Matrix, b: Matrix): Matrix {
    return this.one('Mul', [this.float()], [a, b]);
  }

  sigmoid(x: Matrix): Matrix {
    return this.one('Sigmoid', [this.float()], [x]);
  }

  tanh(x: Matrix): Matrix {
    return this.one('Tanh', [this.float()], [x]);
  }

  /** `count` equal parts of x along an axis. */
  split(x: Matrix, count: number, axis: 0 | 1): Matrix[] {
    const attributes = [this.int('num_split', count), this.float()];
    return this.many('Split', attributes, [this.tf.scalar(axis, 'int32'), x], count) as Matrix[];
  }

  concat(parts: readonly Matrix[], axis: 0 | 1): Matrix {
    const attributes = [this.int('N', parts.length), this.float(), this.index('Tidx')];
    return this.one('ConcatV2', attributes, [...parts, this.tf.scalar(axis, 'int32')]);
  }

  /**
   * The gradient of one LSTM step by its gates' inputs [B, 4 · H], in this op's own order i c f o, and by the cell state
   * before it [B, H].
   * @param recurrentKernel [H, 4 · H], read for its shape only
   * @param saved of the step: gates i f c o, the cell state before it and tanh of that after it; [B, H] each
   * @param zeros of shapes [B, 0], [H] and [4 · H]: no input part, no peepholes, no bias
   */
  lstmStepGradient(
    recurrentKernel: Matrix,
    saved: readonly Matrix[],
    dHidden: Matrix,
    dCell: Matrix,
    zeros: { readonly input: Matrix; readonly peephole: Vector; readonly bias: Vector },
  ): { readonly previousCell: Matrix; readonly gates: Matrix } {
    const [inputGate, forgetGate, candidate, outputGate, previousCell, cellTanh] = saved;
    const { input, peephole, bias } = zeros;
    const attributes = [
      { name: 'use_peephole', type: this.backend.binding.TF_ATTR_BOOL, value: false },
      this.float(),
    ];
    // Without peepholes the op reads neither the previous hidden state nor the cell state: any tensors of their shape do.
    const [dPrevious, dGates] = this.many(
      'LSTMBlockCellGrad',
      attributes,
      [
        ...[input, previousCell, previousCell, recurrentKernel, peephole, peephole, peephole, bias],
        ...[inputGate, cellTanh, forgetGate, outputGate, candidate, cellTanh, dCell, dHidden],
      ],
      5,
    ) as Matrix[];
    return { previousCell: dPrevious, gates: dGates };
  }

  /** Cross-entropy of each row [N], nats, and its gradient by the logits [N, V]. */
  sparseSoftmaxCrossEntropy(
    logits: Matrix,
    targets: Vector,
  ): { readonly losses: Vector; readonly gradient: Matrix } {
    const [losses, gradient] = this.many(
      'SparseSoftmaxCrossEntropyWithLogits',
      [this.float(), this.index('Tlabels')],
      [logits, targets],
      2,
    ) as [Vector, Matrix];
    return { losses, gradient };
  }

  /** A copy of `dense` [V, E] with row n of `rows` [N, E] added to its row ids[n]. */
  scatterAdd(dense: Matrix, ids: Vector, rows: Matrix): Matrix {
    const attributes = [this.float(), this.index('Tindices')];
    return this.one('TensorScatterAdd', attributes, [dense, this.tf.reshape(ids, [-1, 1]), rows]);
  }

  /** Half the sum of squares. */
  halfSumOfSquares(x: Tensor): Tensor {
    return this.many('L2Loss', [this.float()], [x], 1)[0];
  }

  /**
   * Adam in place. The slot's three tensors are disposed, so that the op is the only owner of their memory and need not copy it;
   * new tensors over the same memory are returned.
   */
  adam(slot: AdamSlot, gradient: Tensor, { learningRate, step }: AdamUpdate): AdamSlot {
    const { tf, backend } = this;
    const handles = [slot.value, slot.firstMoment, slot.secondMoment].map((tensor) =>
      this.variableOf(tensor),
    );
    const scalars = [
      ADAM_BETA1 ** step,
      ADAM_BETA2 ** step,
      learningRate,
      ADAM_BETA1,
      ADAM_BETA2,
      ADAM_EPSILON,
    ];
    const flags = ['use_locking', 'use_nesterov'].map((name) => ({
      name,
      type: backend.binding.TF_ATTR_BOOL,
      value: false,
    }));
    this.many(
      'ResourceApplyAdam',
      [this.float(), ...flags],
      [...handles, ...scalars.map((value) => tf.scalar(value)), gradient],
      0,
    );
    const [value, firstMoment, secondMoment] = handles.map(
      (handle) => this.many('ReadVariableOp', [this.type('dtype')], [handle], 1)[0],
    );
    return { value, firstMoment, secondMoment };
  }

  /** Moves a tensor's memory into a variable of no name; answers its handle. */
  private variableOf(tensor: Tensor): Tensor {
    const { TF_ATTR_SHAPE, TF_ATTR_STRING } = this.backend.binding;
    const attributes = [
      { name: 'container', type: TF_ATTR_STRING, value: '' },
      { name: 'shared_name', type: TF_ATTR_STRING, value: ANONYMOUS_VARIABLE },
      { name: 'shape', type: TF_ATTR_SHAPE, value: tensor.shape },
      this.type('dtype'),
    ];
    const handle = this.many('VarHandleOp', attributes, [], 1)[0];
    this.many('AssignVariableOp', [this.type('dtype')], [handle, tensor], 0);
    tensor.dispose();
    return handle;
  }

  private one(op: string, attributes: readonly OpAttribute[], inputs: readonly Tensor[]): Matrix {
    return this.many(op, attributes, inputs, 1)[0] as Matrix;
  }

  private many(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    numOutputs: number,
  ): Tensor[] {
    return this.backend.executeMultipleOutputs(op, attributes, inputs, numOutputs);
  }

  private float(): OpAttribute {
    return this.type('T');
  }

  private type(name: string): OpAttribute {
    const { TF_ATTR_TYPE, TF_FLOAT } = this.backend.binding;
    return { name, type: TF_ATTR_TYPE, value: TF_FLOAT };
  }

  private index(name: string): OpAttribute {
    const { TF_ATTR_TYPE, TF_INT32 } = this.backend.binding;
    return { name, type: TF_ATTR_TYPE, value: TF_INT32 };
  }

  private int(name: string, value: number): OpAttribute {
    return { name, type: this.backend.binding.TF_ATTR_INT, value };
  }
}
