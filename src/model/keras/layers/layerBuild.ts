import type { Argument, LayerInput } from '../graphArguments';
import type { LayerSpec } from '../layerSpec';
import type { Operation, ValueShape } from '../operation';
import type { TakeWeights } from '../weightStore';

/** A value that a layer is given, or a constant: a number or nested lists of numbers. */
export type Tensor =
  | { readonly kind: 'value'; readonly id: number; readonly shape: ValueShape }
  | { readonly kind: 'constant'; readonly value: unknown };

export interface BuiltCall {
  readonly operation: Operation;
  /** Ids of its input values, in the order that it expects. */
  readonly from: readonly number[];
}

/** What a layer's builder knows: the layer, its call, its weights and the model around it. */
export class LayerBuild {
  constructor(
    readonly layer: LayerSpec,
    private readonly inputs: readonly LayerInput[],
    readonly options: ReadonlyMap<string, Argument>,
    private readonly shapes: ReadonlyMap<number, ValueShape>,
    readonly take: TakeWeights,
    /** Of the Keras that wrote the file. */
    readonly majorVersion: number,
    /** Steps of the model's window; null when it takes any number. */
    readonly windowLength: number | null,
  ) {}

  /** The same call on the layer inside a wrapper, whose weights are stored under `key`. */
  inside(key: string): LayerBuild {
    return new LayerBuild(
      this.layer.inner(key),
      this.inputs,
      new Map(),
      this.shapes,
      (part, shapes) => this.take(part === '' ? key : `${key}/${part}`, shapes),
      this.majorVersion,
      this.windowLength,
    );
  }

  /** The positional tensors, then those with these names; at least one. */
  tensors(...names: readonly string[]): [Tensor, ...Tensor[]] {
    const named = names.flatMap((name) => {
      const option = this.options.get(name);
      return option === undefined || option.kind === 'plain' ? [] : [option];
    });
    const [first, ...others] = [...this.inputs, ...named].map((input) =>
      input.kind === 'value' ? { ...input, shape: this.shapes.get(input.id)! } : input,
    );
    if ((first as Tensor | undefined) === undefined) {
      throw this.layer.fault('is called without an input');
    }
    return [first, ...others];
  }

  /** The layer's only input value, masked if a mask is given with it. */
  value(): { readonly id: number; readonly shape: ValueShape } {
    const tensors = this.tensors();
    const [tensor] = tensors;
    if (tensors.length !== 1 || tensor.kind !== 'value') {
      throw this.layer.fault(
        'is called with other inputs than one value, which is not supported (no initial states, no constants)',
      );
    }
    const mask = this.options.get('mask');
    if (mask === undefined || (mask.kind === 'plain' && mask.value === null)) {
      return tensor;
    }
    if (mask.kind !== 'value' || this.shapes.get(mask.id)!.meaning !== 'mask') {
      throw this.layer.fault('is given a mask other than that of token 0, which is not supported');
    }
    return { id: tensor.id, shape: { ...tensor.shape, masked: true } };
  }

  /** The layer's input values, each with a vector for every step. */
  sequences(...names: readonly string[]): { readonly id: number; readonly shape: ValueShape }[] {
    return this.tensors(...names).map((tensor) => {
      if (tensor.kind !== 'value' || !tensor.shape.perStep) {
        throw this.layer.fault('takes something that is not a sequence, which is not supported');
      }
      return tensor;
    });
  }

  /** Whether a flag is set in the layer's call. */
  isAsked(name: string): boolean {
    const option = this.options.get(name);
    return option?.kind === 'plain' && option.value === true;
  }
}

export type LayerBuilder = (build: LayerBuild) => BuiltCall;
