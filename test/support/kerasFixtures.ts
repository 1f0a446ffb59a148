/** Models that Keras saved, also with other descriptions. */
import * as assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { KerasModel } from '../../src/model/keras/kerasModel';
import { readKerasModel } from '../../src/model/keras/readKerasModel';

export interface Layer {
  readonly class_name: string;
  readonly config: { readonly name: string };
}

export const folder = join(__dirname, '../fixtures/keras');

export const read = (name: string): Promise<KerasModel> =>
  readKerasModel(readFileSync(join(folder, name)), name);

/** The layers of a model that is one after the other. */
export function layersOf(name: string): readonly Layer[] {
  return (JSON.parse(descriptionOf(name)) as { config: { layers: Layer[] } }).config.layers;
}

export function descriptionOf(name: string): string {
  return strFromU8(unzipSync(readFileSync(join(folder, name)))['config.json']);
}

/** A functional model of layers one after the other. @param node how a layer is called with the result of the one before */
export function functional(
  layers: readonly Layer[],
  node: (layer: Layer, before: object) => object,
): { class_name: string; config: object } {
  const called = layers.map((layer, i) => {
    const history = { keras_history: [layers[i - 1]?.config.name, 0, 0] };
    const before = { class_name: '__keras_tensor__', config: history };
    return { ...layer, name: layer.config.name, inbound_nodes: i === 0 ? [] : [node(layer, before)] };
  });
  const config = {
    layers: called,
    input_layers: [[layers[0].config.name, 0, 0]],
    output_layers: [[layers.at(-1)!.config.name, 0, 0]],
  };
  return { class_name: 'Functional', config };
}

/** The model of a fixture's weights and another description. */
export function described(name: string, description: unknown): Promise<KerasModel> {
  const archive = unzipSync(readFileSync(join(folder, name)));
  return readKerasModel(zipSync({ ...archive, 'config.json': strToU8(JSON.stringify(description)) }), name);
}

export function distributionsAlong(model: KerasModel, tokens: readonly number[]): Float32Array[] {
  let state = model.start();
  return tokens.map((tokenId) => {
    state = model.next(state, tokenId);
    const probs = new Float32Array(model.vocabSize);
    model.predict(state, probs);
    return probs;
  });
}

export function closeTo(actual: Float32Array, wanted: Float32Array, name: string): void {
  const largest = actual.reduce((worst, p, i) => Math.max(worst, Math.abs(p - wanted[i])), 0);
  assert.ok(largest < 1e-6, `${name}: off by ${largest}`);
}
