import assert from 'node:assert/strict';
import { DivergenceError } from '../../../../src/trainer/engine';
import { EngineFault, guardEngine } from '../../../../src/trainer/engines/guardEngine';
import { loadWasmEngine } from '../../../../src/trainer/engines/wasmEngine';
import { randomWeights } from '../../model/network/randomWeights';

const config = {
  architecture: 'lstm',
  vocabSize: 11,
  embeddingSize: 5,
  hiddenSize: 6,
  numLayers: 1,
} as const;
const batch = {
  batchSize: 1,
  unrollSteps: 2,
  inputs: Int32Array.of(1, 2),
  targets: Int32Array.of(2, 3),
  mask: Float32Array.of(1, 1),
  resets: Uint8Array.of(1),
};
const options = { learningRate: 0.01, gradientClipNorm: 1, dropout: 0 };

describe('A guarded engine', () => {
  it('trains as the engine itself', async () => {
    const engine = await loadWasmEngine({});
    const losses = async (from: typeof engine) => {
      const network = from.createNetwork(config, randomWeights(config, 3), 1);
      const results = [await network.trainStep(batch, options), await network.trainStep(batch, options)];
      network.dispose();
      return results;
    };
    assert.deepEqual(await losses(guardEngine(engine)), await losses(engine));
  });

  it('names itself when it fails, at once or later', async () => {
    const engine = await loadWasmEngine({});
    const failing = guardEngine({
      ...engine,
      createNetwork: (...given) => {
        const network = engine.createNetwork(...given);
        network.trainStep = () => Promise.reject(new Error('out of memory.'));
        network.importWeights = () => {
          throw new Error('out of memory');
        };
        return network;
      },
    });
    const network = failing.createNetwork(config, randomWeights(config, 3), 1);
    const isFault = (error: unknown) => {
      assert.ok(error instanceof EngineFault);
      assert.equal(error.engine, 'wasm');
      assert.equal(error.message, 'The wasm engine failed: out of memory.');
      return true;
    };
    await assert.rejects(network.trainStep(batch, options), isFault);
    assert.throws(() => {
      network.importWeights(new Map());
    }, isFault);
    network.dispose();
  });

  it('leaves it to the training to deal with divergence', async () => {
    const engine = await loadWasmEngine({});
    const weights = randomWeights(config, 3);
    weights.get('outputBias')![0] = NaN;
    const network = guardEngine(engine).createNetwork(config, weights, 1);
    await assert.rejects(network.trainStep(batch, options), DivergenceError);
    network.dispose();
  });
});
