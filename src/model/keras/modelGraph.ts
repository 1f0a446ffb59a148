/** Reads a model's layers and their calls from its description; calls of nested models are replaced by the models' own calls. */
import { argumentsOf, flatten, type Argument, type LayerInput } from './graphArguments';
import { KerasFault } from './kerasFault';
import { isObject, LayerSpec, type JsonObject } from './layerSpec';
import type { WeightPlace } from './weightStore';

export interface GraphInput {
  readonly id: number;
  readonly name: string;
  /** Without the batch; null is any length. */
  readonly shape: readonly (number | null)[];
}

/** One call of a layer; `id` names its result. */
export interface LayerCall {
  readonly id: number;
  readonly layer: LayerSpec;
  readonly inputs: readonly LayerInput[];
  /** Arguments by name, as the file has them. */
  readonly options: ReadonlyMap<string, Argument>;
}

export interface ModelGraph {
  readonly inputs: readonly GraphInput[];
  /** In topological order: each comes after the calls whose values it takes. */
  readonly calls: readonly LayerCall[];
  readonly output: number;
}

const MODELS = ['Functional', 'Model', 'Sequential'];
/** Longest chain of layers, nested models included, so that no file exhausts the stack. */
const MAX_DEPTH = 1000;
/** Most calls of layers and models: twenty nested models that each call the next one twice would make a million. */
const MAX_CALLS = 10_000;

/** @throws KerasFault when it is not the description of a model, or the model has code of its own */
export function readModelGraph(description: unknown): ModelGraph {
  if (!isObject(description) || typeof description['class_name'] !== 'string') {
    throw new KerasFault('its description is not that of a model; save it again with model.save');
  }
  if (!MODELS.includes(description['class_name'])) {
    throw new KerasFault(
      `it is a model of the class ${description['class_name']} with code of its own, which is never run; rebuild it as a Sequential or functional model and save that`,
    );
  }
  const reader = new GraphReader();
  const output = reader.model(description, { group: '', names: [] }, null, 0);
  if (output.kind !== 'value') {
    throw new KerasFault('its output does not depend on its input');
  }
  return { inputs: reader.inputs, calls: reader.calls, output: output.id };
}

class GraphReader {
  readonly inputs: GraphInput[] = [];
  readonly calls: LayerCall[] = [];
  private nextId = 0;
  private uses = 0;

  /**
   * The result of calling a model.
   * @param inputs null for the outermost model, whose inputs are the graph's
   */
  model(
    { class_name: className, config }: JsonObject,
    place: WeightPlace,
    inputs: readonly LayerInput[] | null,
    depth: number,
  ): LayerInput {
    if (depth > MAX_DEPTH) {
      throw new KerasFault('its models are nested too deeply');
    }
    return className === 'Sequential'
      ? this.sequential(config, place, inputs, depth)
      : this.functional(config, place, inputs, depth);
  }

  private sequential(
    config: unknown,
    place: WeightPlace,
    inputs: readonly LayerInput[] | null,
    depth: number,
  ): LayerInput {
    // In the oldest files the configuration is the list of layers itself.
    const { layers, buildShape } = isObject(config)
      ? { layers: listOf(config['layers'], 'layers'), buildShape: config['build_input_shape'] }
      : { layers: listOf(config, 'layers'), buildShape: undefined };
    const groups = new GroupNames(place);
    let value = inputs?.[0];
    for (const item of layers) {
      const json = layerJson(item);
      const layer = specOf(json, groups.next(json));
      value ??= this.input(layer, layer.className === 'InputLayer' ? undefined : buildShape);
      if (layer.className !== 'InputLayer') {
        value = this.call(json, layer, [value], new Map(), depth);
      }
    }
    if (value === undefined) {
      throw new KerasFault('it has no layers');
    }
    return value;
  }

  private functional(
    config: unknown,
    place: WeightPlace,
    inputs: readonly LayerInput[] | null,
    depth: number,
  ): LayerInput {
    if (!isObject(config)) {
      throw new KerasFault('its description has no layers');
    }
    const groups = new GroupNames(place);
    const layers = new Map<string, { json: JsonObject; layer: LayerSpec; nodes: readonly unknown[] }>();
    for (const item of listOf(config['layers'], 'layers')) {
      const json = layerJson(item);
      const layer = specOf(json, groups.next(json));
      layers.set(layer.name, { json, layer, nodes: listOf(json['inbound_nodes'] ?? [], 'inbound_nodes') });
    }
    const values = new Map<string, LayerInput>();
    for (const [i, [name]] of references(config['input_layers']).entries()) {
      const given = layers.get(name);
      if (given === undefined) {
        throw new KerasFault(`its input "${name}" is missing`);
      }
      values.set(`${name}:0`, inputs === null ? this.input(given.layer, undefined) : inputs[i]);
    }
    const shifted = nestedModelsFromOne(layers);
    const resolve = (name: string, node: number, tensor: number, level: number): LayerInput => {
      const key = `${name}:${shifted.has(name) ? node - 1 : node}`;
      const found = layers.get(name);
      const known = values.get(key);
      if (tensor !== 0) {
        throw new KerasFault(
          `another output of its layer "${name}" than the first is used, which is not supported (no return_state, no attention scores)`,
        );
      }
      if (known !== undefined) {
        return known;
      }
      const inbound = found?.nodes[shifted.has(name) ? node - 1 : node];
      if (found === undefined || inbound === undefined || level > MAX_DEPTH) {
        throw new KerasFault(`its layer "${name}" is missing, or its layers form a circle`);
      }
      const parsed = argumentsOf(inbound, (...at) => resolve(...at, level + 1));
      const value = this.call(found.json, found.layer, parsed.inputs, parsed.options, level);
      values.set(key, value);
      return value;
    };
    const outputs = references(config['output_layers']);
    if (outputs.length !== 1) {
      throw new KerasFault(
        `it has ${outputs.length} outputs, and a language model has one: the next token's probabilities`,
      );
    }
    return resolve(...outputs[0], depth);
  }

  private call(
    json: JsonObject,
    layer: LayerSpec,
    inputs: readonly LayerInput[],
    options: ReadonlyMap<string, Argument>,
    depth: number,
  ): LayerInput {
    if (++this.uses > MAX_CALLS) {
      throw new KerasFault(`it uses layers more than ${MAX_CALLS} times; choose a smaller model`);
    }
    if (MODELS.includes(layer.className)) {
      return this.model(json, layer.place, inputs, depth + 1);
    }
    const id = this.nextId++;
    this.calls.push({ id, layer, inputs, options });
    return { kind: 'value', id };
  }

  private input(layer: LayerSpec, buildShape: unknown): LayerInput {
    const { config } = layer;
    const batchShape = config['batch_shape'] ?? config['batch_input_shape'] ?? buildShape ?? [null, null];
    const [, ...shape] = listOf(batchShape, 'input shape');
    if (!shape.every((length) => length === null || (Number.isInteger(length) && Number(length) > 0))) {
      throw new KerasFault(`its input "${layer.name}" has no usable shape`);
    }
    const id = this.nextId++;
    this.inputs.push({ id, name: layer.name, shape: shape as (number | null)[] });
    return { kind: 'value', id };
  }
}

/**
 * Names the group of each layer's weights. Keras names groups by class and numbers those of the same class. It counts only layers,
 * not operations; this makes no difference, as no operation has weights.
 */
export class GroupNames {
  private readonly counts = new Map<string, number>();

  constructor(private readonly place: WeightPlace) {}

  next(json: JsonObject): WeightPlace {
    const className = String(json['class_name']);
    const snake = className
      .replace(/\W+/g, '')
      .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .toLowerCase();
    const count = this.counts.get(snake) ?? 0;
    this.counts.set(snake, count + 1);
    const group = count === 0 ? snake : `${snake}_${count}`;
    const { group: outer, names } = this.place;
    return {
      group: outer === '' ? `layers/${group}` : `${outer}/layers/${group}`,
      names: [...names, nameOf(json)],
    };
  }
}

/**
 * Nested models whose calls Keras 2 counts from 1, because call 0 built the model itself. The file does not say so, but a call is
 * then referred to whose number is one too high.
 */
function nestedModelsFromOne(
  layers: ReadonlyMap<string, { layer: LayerSpec; nodes: readonly unknown[] }>,
): Set<string> {
  const shifted = new Set<string>();
  for (const { nodes } of layers.values()) {
    for (const item of flatten(nodes)) {
      if (Array.isArray(item) && typeof item[0] === 'string' && typeof item[1] === 'number') {
        const found = layers.get(item[0]);
        if (found && MODELS.includes(found.layer.className) && item[1] >= found.nodes.length) {
          shifted.add(item[0]);
        }
      }
    }
  }
  return shifted;
}

/** `[layer, call, output]` of a model's inputs or outputs, however they are nested. */
function references(value: unknown): [string, number, number][] {
  if (isObject(value)) {
    return Object.values(value).flatMap(references);
  }
  const items = listOf(value, 'inputs or outputs');
  if (typeof items[0] === 'string') {
    return [[items[0], Number(items[1]), Number(items[2])]];
  }
  return items.flatMap(references);
}

function layerJson(item: unknown): JsonObject {
  if (!isObject(item) || typeof item['class_name'] !== 'string') {
    throw new KerasFault('its description has a layer without a class');
  }
  return item;
}

function specOf(json: JsonObject, place: WeightPlace): LayerSpec {
  // Keras lists a registered custom class by its package, e.g. "keras_hub>TransformerDecoder".
  const { class_name: className, module, config } = json;
  const isOperation =
    className === 'TFOpLambda' ||
    className === 'SlicingOpLambda' ||
    (typeof module === 'string' && module.startsWith('keras.src.ops.'));
  const own = isObject(config) ? config : {};
  return new LayerSpec(String(className), nameOf(json), own, place, isOperation);
}

function nameOf(json: JsonObject): string {
  const config = json['config'];
  const name = json['name'] ?? (isObject(config) ? config['name'] : undefined);
  return typeof name === 'string' ? name : String(json['class_name']);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new KerasFault(`its description has no usable ${what}`);
  }
  return value;
}
