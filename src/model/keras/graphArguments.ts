/** Reads the arguments of a layer's call, in the notations of Keras 2 and 3. */
import { isObject } from './layerSpec';

export type LayerInput =
  | { readonly kind: 'value'; readonly id: number }
  /** A number, or a tensor as nested lists. */
  | { readonly kind: 'constant'; readonly value: unknown };

/** A tensor, or (`plain`) another argument: null, a flag, a slice, a list of these. */
export type Argument = LayerInput | { readonly kind: 'plain'; readonly value: unknown };

interface CallArguments {
  readonly inputs: readonly LayerInput[];
  readonly options: ReadonlyMap<string, Argument>;
}

type Resolve = (layer: string, call: number, output: number) => LayerInput;

/** What Keras 2 writes for a constant in place of a layer's name. */
const NO_LAYER = '_CONSTANT_VALUE';

export function argumentsOf(node: unknown, resolve: Resolve): CallArguments {
  return isObject(node) ? newArguments(node, resolve) : oldArguments(node, resolve);
}

/** Keras 3: `{args, kwargs}`, with tensors as objects that name their origin. */
function newArguments(node: Readonly<Record<string, unknown>>, resolve: Resolve): CallArguments {
  const inputs: LayerInput[] = [];
  const options = new Map<string, Argument>();
  const positional = Array.isArray(node['args']) ? (node['args'] as unknown[]) : [];
  for (const [i, item] of positional.entries()) {
    const tensors = Array.isArray(item) ? item.map((part) => newArgument(part, resolve)) : [];
    const argument = newArgument(item, resolve);
    if (argument.kind !== 'plain') {
      inputs.push(argument);
    } else if (tensors.length > 0 && tensors.every((tensor) => tensor.kind === 'value')) {
      inputs.push(...tensors);
    } else {
      options.set(`argument ${i}`, argument);
    }
  }
  for (const [name, item] of Object.entries(isObject(node['kwargs']) ? node['kwargs'] : {})) {
    options.set(name, newArgument(item, resolve));
  }
  return { inputs, options };
}

function newArgument(item: unknown, resolve: Resolve): Argument {
  if (typeof item === 'number') {
    return { kind: 'constant', value: item };
  }
  if (isObject(item) && isObject(item['config'])) {
    const { keras_history: history, value } = item['config'];
    if (item['class_name'] === '__keras_tensor__' && Array.isArray(history)) {
      return resolve(String(history[0]), Number(history[1]), Number(history[2]));
    }
    if (item['class_name'] === '__tensor__' || item['class_name'] === '__numpy__') {
      return { kind: 'constant', value };
    }
  }
  return { kind: 'plain', value: item };
}

/** Keras 2: `[layer, call, output, kwargs]`, or a list of these. */
function oldArguments(node: unknown, resolve: Resolve): CallArguments {
  const items = (Array.isArray(node) ? node : []) as unknown[];
  const list = isReference(items) ? [items] : items;
  const inputs: LayerInput[] = [];
  const options = new Map<string, Argument>();
  for (const item of list) {
    if (!isReference(item)) {
      continue;
    }
    const [layer, call, output, kwargs] = item;
    inputs.push(
      layer === NO_LAYER ? { kind: 'constant', value: output } : resolve(layer, call, Number(output)),
    );
    for (const [name, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
      options.set(name, oldArgument(value, resolve));
    }
  }
  return { inputs, options };
}

function oldArgument(value: unknown, resolve: Resolve): Argument {
  if (isReference(value)) {
    const [layer, call, output] = value;
    return layer === NO_LAYER ? { kind: 'constant', value: output } : resolve(layer, call, Number(output));
  }
  const isTensor =
    typeof value === 'number' || (Array.isArray(value) && flatten(value).every(isNumberOrList));
  return isTensor ? { kind: 'constant', value } : { kind: 'plain', value };
}

function isReference(value: unknown): value is [string, number, unknown, unknown?] {
  return Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'number';
}

function isNumberOrList(value: unknown): boolean {
  return typeof value === 'number' || Array.isArray(value);
}

/** All values in nested lists and objects, lists themselves included, without recursion. */
export function flatten(value: unknown): unknown[] {
  const found: unknown[] = [];
  const open = [value];
  while (open.length > 0) {
    const item = open.pop();
    found.push(item);
    if (typeof item === 'object' && item !== null) {
      for (const part of Object.values(item)) {
        open.push(part);
      }
    }
  }
  return found;
}
