/** A network ready to run: the graph of a file with its weights. */
import type { KerasFile } from './kerasFile';
import { KerasFault } from './kerasFault';
import type { LayerSpec } from './layerSpec';
import { LayerBuild } from './layers/layerBuild';
import { builderOf } from './layers/layerBuilders';
import { finalActivation } from './layers/rowLayers';
import { readModelGraph, type GraphInput, type LayerCall, type ModelGraph } from './modelGraph';
import { Rows, type Operation, type RunContext, type ValueShape } from './operation';

export interface NetworkNode {
  readonly operation: Operation;
  /** Its input values. */
  readonly from: readonly Rows[];
  readonly call: LayerCall;
}

/** What is fed to an input: token numbers, their one-hot vectors, or the steps' positions. */
interface NetworkInput {
  readonly kind: 'tokens' | 'oneHot' | 'positions';
  readonly rows: Rows;
}

export interface Network {
  readonly inputs: readonly NetworkInput[];
  /** In topological order: each comes after the nodes whose values it takes. */
  readonly nodes: readonly NetworkNode[];
  readonly output: NetworkNode;
  /** Whether the output is scores that still need a softmax. */
  readonly endsInLogits: boolean;
  readonly vocabSize: number;
  /** Token numbers that it can read: 0 to this, exclusive; at least `vocabSize`. */
  readonly readableTokens: number;
  /** The fixed number of steps of its input; null for any number. */
  readonly windowLength: number | null;
  /** Whether its layers keep their state from one call to the next. */
  readonly isStateful: boolean;
}

/** @throws KerasFault for what is not supported or does not fit together */
export function buildNetwork(file: KerasFile): Network {
  const graph = readModelGraph(file.config);
  const kinds = inputKinds(graph.inputs);
  const windowLength = graph.inputs[0].shape[0] ?? null;
  const shapes = new Map<number, ValueShape>();
  const rows = new Map<number, Rows>();
  const inputs = graph.inputs.map((input, i): NetworkInput => {
    const shape = inputShape(input, kinds[i], graph);
    shapes.set(input.id, shape);
    rows.set(input.id, new Rows(shape.size));
    return { kind: kinds[i], rows: rows.get(input.id)! };
  });
  const nodes = graph.calls.map((call): NetworkNode => {
    const { layer, inputs: given, options, id } = call;
    const take = file.weightsOf(layer.place);
    const build = new LayerBuild(layer, given, options, shapes, take, file.majorVersion, windowLength);
    const { operation, from } = builderOf(layer)(build);
    shapes.set(id, layer.isOperation ? { ...operation.shape, masked: false } : operation.shape);
    rows.set(id, operation.rows);
    return { operation, from: from.map((value) => rows.get(value)!), call };
  });
  const output = nodes.find(({ call }) => call.id === graph.output);
  if (output === undefined) {
    throw new KerasFault('it has no layers');
  }
  const vocabSize = output.operation.shape.size;
  const readableTokens = countReadable(graph, kinds, shapes);
  if (readableTokens < vocabSize) {
    throw new KerasFault(
      `it predicts ${vocabSize} tokens but can read only ${readableTokens}, so it is not a language model over one vocabulary`,
    );
  }
  return {
    inputs,
    nodes,
    output,
    endsInLogits: endsInLogits(output.call, graph.calls),
    vocabSize,
    readableTokens,
    windowLength,
    isStateful: graph.calls.some(({ layer }) => layer.flag('stateful')),
  };
}

/** Runs nodes in their order. @param before the memory of each @returns the memories afterwards */
export function runNodes(
  nodes: readonly NetworkNode[],
  context: RunContext,
  before: readonly unknown[],
): unknown[] {
  return nodes.map(({ operation, from }, i) => operation.run(from, context, before[i]));
}

/**
 * Puts tokens at the end of so many steps and padding before them, as `pad_sequences` does.
 * @param position of the first step
 * @returns [length]; 0 where a step is token 0, as padding is
 */
export function feedInputs(
  inputs: readonly NetworkInput[],
  tokenIds: ArrayLike<number>,
  length: number,
  position: number,
): Uint8Array {
  const padding = length - tokenIds.length;
  const mask = new Uint8Array(length);
  for (const { kind, rows } of inputs) {
    const data = rows.resize(length).fill(0, 0, length * rows.size);
    for (let step = 0; step < length; step++) {
      const tokenId = step < padding ? 0 : tokenIds[step - padding];
      if (kind === 'positions') {
        data[step] = position + step;
        continue;
      }
      mask[step] = tokenId === 0 ? 0 : 1;
      if (kind === 'tokens') {
        data[step] = tokenId;
      } else if (step >= padding) {
        data[step * rows.size + tokenId] = 1;
      }
    }
  }
  return mask;
}

function inputKinds(inputs: readonly GraphInput[]): NetworkInput['kind'][] {
  const kinds = inputs.map(({ name, shape }): NetworkInput['kind'] =>
    shape.length === 2 ? 'oneHot' : inputs.length > 1 && /pos/i.test(name) ? 'positions' : 'tokens',
  );
  const isUsable =
    inputs.every(({ shape }) => shape.length === 1 || shape.length === 2) &&
    kinds.filter((kind) => kind !== 'positions').length === 1 &&
    inputs.length <= 2;
  if (!isUsable) {
    const described = inputs.map(
      ({ name, shape }) => `"${name}" [${shape.map((n) => n ?? 'any').join(', ')}]`,
    );
    throw new KerasFault(
      `its inputs are ${described.join(', ')}; a language model has one, the tokens' numbers or one-hot vectors, and perhaps one named like "positions"`,
    );
  }
  return kinds;
}

function inputShape({ shape }: GraphInput, kind: NetworkInput['kind'], graph: ModelGraph): ValueShape {
  const sequence = { size: 1, perStep: true, masked: false };
  switch (kind) {
    case 'tokens':
      return { ...sequence, meaning: 'tokens' };
    case 'positions':
      return { ...sequence, firstPosition: 0 };
    case 'oneHot': {
      const [, size] = shape;
      if (size === null || graph.inputs.length > 1) {
        throw new KerasFault('its input has vectors of no fixed size');
      }
      return { ...sequence, size };
    }
  }
}

/** The entries of the smallest token embedding, or the size of the one-hot vectors. */
function countReadable(
  graph: ModelGraph,
  kinds: readonly NetworkInput['kind'][],
  shapes: ReadonlyMap<number, ValueShape>,
): number {
  const oneHot = kinds.indexOf('oneHot');
  if (oneHot >= 0) {
    return graph.inputs[oneHot].shape[1]!;
  }
  const tables = graph.calls
    .filter(({ layer, inputs }) => layer.className === 'Embedding' && isTokens(inputs[0]))
    .map(({ layer }) => layer.size('input_dim'));
  function isTokens(input: LayerCall['inputs'][number] | undefined): boolean {
    return input?.kind === 'value' && shapes.get(input.id)?.meaning === 'tokens';
  }
  if (tables.length === 0) {
    throw new KerasFault('it has no Embedding of its tokens');
  }
  return Math.min(...tables);
}

/** Layers and operations that make distributions, perhaps not normalised, of distributions: an ensemble's, the last step's, for example. */
const KEEPING =
  /^(?:(?:Spatial|Gaussian|Alpha)?Dropout(?:1D)?|GaussianNoise|ActivityRegularization|GetItem|SlicingOpLambda|Reshape|Flatten|Global(?:Average|Max)Pooling1D|Average|Maximum|Minimum|Add|Multiply|Cast|__operators__\.(?:add|mul)|math\.(?:add|multiply)|cast)$/;

/** @throws KerasFault when the last layer gives neither a distribution nor scores for one */
function endsInLogits(output: LayerCall, calls: readonly LayerCall[]): boolean {
  const distributions = new Set<number>();
  for (const { id, layer, inputs } of calls) {
    const active = activeLayer(layer);
    const values = inputs.flatMap((input) => (input.kind === 'value' ? [input.id] : []));
    const isKept =
      KEEPING.test(active.className === 'TFOpLambda' ? layer.text('function', '') : active.className) &&
      values.length > 0 &&
      values.every((value) => distributions.has(value));
    if (isKept || finalActivation(active) === 'softmax' || active.config['function'] === 'nn.softmax') {
      distributions.add(id);
    }
  }
  if (distributions.has(output.id)) {
    return false;
  }
  const last = activeLayer(output.layer);
  const name = finalActivation(last);
  if (name !== 'linear') {
    throw last.fault(
      `is the last and ends in "${name}"; a language model ends in a softmax, or in scores without an activation`,
    );
  }
  return true;
}

/** The layer, or the one inside a TimeDistributed. */
function activeLayer(layer: LayerSpec): LayerSpec {
  return layer.className === 'TimeDistributed' ? layer.inner('layer') : layer;
}
