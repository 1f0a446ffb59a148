import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { CellKind, NetworkConfig } from '../../../../src/model/networkConfig';
import type { TrainingEngine } from '../../../../src/trainer/engine';
import { loadNativeEngine } from '../../../../src/trainer/engines/nativeEngine';
import { loadWasmEngine } from '../../../../src/trainer/engines/wasmEngine';
import { TensorNetwork } from '../../../../src/trainer/network/tensorNetwork';
import { nativePaths } from '../../../../src/trainer/native/pinnedFiles';
import {
  assertHalvingForgetsNothing,
  assertTrainsAlike,
  runTrial,
  trialNetworks,
  windows,
} from '../../../support/trainingTrial';
import { randomWeights } from '../../model/network/randomWeights';
import { assertGradients } from '../network/gradientCheck';

const nativeFolder = join(__dirname, '..', '..', '..', '..', '.cache', 'native');

const configOf = (architecture: CellKind, numLayers: number): NetworkConfig => ({
  architecture,
  vocabSize: 11,
  embeddingSize: 5,
  hiddenSize: 6,
  numLayers,
});

function createNetwork(engine: TrainingEngine, config: NetworkConfig, seed: number): TensorNetwork {
  const network = engine.createNetwork(config, randomWeights(config, 3), seed);
  assert.ok(network instanceof TensorNetwork);
  return network;
}

const loadExact = () => loadNativeEngine({ nativeFolders: [nativeFolder], precision: 'float32' });

describe('Native engine', () => {
  describe('that does not start', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await realpath(await mkdtemp(join(tmpdir(), 'understudy-native-')));
    });
    afterEach(() => rm(folder, { recursive: true }));

    /** @returns its folder */
    async function addPackage(place: string): Promise<string> {
      const { packageFolder } = nativePaths(join(folder, place));
      await mkdir(packageFolder, { recursive: true });
      await writeFile(join(packageFolder, 'package.json'), '{ "name": "@tensorflow/tfjs-node" }');
      return packageFolder;
    }

    const failure = (...places: string[]) =>
      loadNativeEngine({ nativeFolders: places.map((place) => join(folder, place)) }).then(
        () => '',
        (error: unknown) => (error as Error).message,
      );

    it('names the command that installs it, and a package that has no binding', async () => {
      const unbuilt = await addPackage('unbuilt');
      const message = await failure('unbuilt');
      assert.match(message, /not installed.*npm run native/);
      assert.ok(
        message.endsWith(` What was found is not usable: ${unbuilt} has no compiled binding.`),
        message,
      );
    });

    it('says of each package why, of one that fails to start as of one beside it without a binding', async () => {
      const failing = await addPackage('failing');
      const { compiledBinding } = nativePaths(join(folder, 'failing'));
      await mkdir(dirname(compiledBinding), { recursive: true });
      await writeFile(compiledBinding, '');
      await writeFile(join(failing, 'index.js'), 'throw new Error("libtensorflow.so.2 is missing")');
      const unbuilt = await addPackage('unbuilt');
      const found = ` What was found is not usable: ${unbuilt} has no compiled binding; found, too, and not usable: ${failing} could not be started: libtensorflow.so.2 is missing.`;
      for (const places of [
        ['failing', 'unbuilt'],
        ['unbuilt', 'failing'],
      ]) {
        const message = await failure(...places);
        assert.ok(message.endsWith(found), message);
      }
    });
  });

  if (!existsSync(nativePaths(nativeFolder).compiledBinding)) {
    it('native engine is not installed: run npm run native', function () {
      process.stderr.write(
        '\n!!! The native engine is not installed; its tests are skipped. Run: npm run native\n',
      );
      this.skip();
    });
    return;
  }

  let engine: TrainingEngine;
  before(async () => {
    // The second copy of TensorFlow.js in this process warns for each kernel that it is already registered.
    const { warn } = console;
    console.warn = () => undefined;
    try {
      engine = await loadExact();
    } finally {
      console.warn = warn;
    }
  });

  it('tells which TensorFlow runs on which device', () => {
    assert.match(engine.description, /^TensorFlow \d+\.\d+\.\d+ on the (CPU|GPU)$/);
  });

  it('has the two functions of Node that tfjs-node still calls', () => {
    const { isNullOrUndefined, isArray } = util as unknown as Record<string, (value: unknown) => boolean>;
    assert.deepEqual([null, undefined, 0, ''].map(isNullOrUndefined), [true, true, false, false]);
    assert.deepEqual([[], {}].map(isArray), [true, false]);
  });

  for (const { title, config } of trialNetworks) {
    it(`${title}: gradients equal finite differences, the state carried over`, async () => {
      const network = createNetwork(engine, config, 1);
      await assertGradients(network, randomWeights(config, 3));
      network.dispose();
    });

    it(`${title}: trains as wasm does, dropout, clipping and resets included`, async () => {
      const wasm = await runTrial(await loadWasmEngine({}), config);
      assertTrainsAlike(await runTrial(await loadExact(), config), wasm);
    });

    it(`${title}: goes on with each row's state when rows are halved in its midst`, async () => {
      await assertHalvingForgetsNothing(await loadExact(), config);
    });
  }

  for (const precision of ['float32', 'bfloat16'] as const) {
    it(`holds no more tensors from step to step with products in ${precision}`, async () => {
      const load = () => loadNativeEngine({ nativeFolders: [nativeFolder], precision });
      const network = createNetwork(await load(), configOf('lstm', 1), 1);
      const [, batch] = windows(2);
      const step = () => network.trainStep(batch, { learningRate: 0.01, gradientClipNorm: 1, dropout: 0.1 });
      await step();
      const tensors = tf.memory().numTensors;
      for (let i = 0; i < 100; i++) {
        await step();
        assert.equal(tf.memory().numTensors, tensors);
      }
      network.dispose();
    });
  }

  for (const { title, config } of trialNetworks) {
    it(`${title}: products in bfloat16 move the loss by less than half a percent`, async () => {
      const exact = await runTrial(await loadExact(), config);
      const rounded = await runTrial(
        await loadNativeEngine({ nativeFolders: [nativeFolder], precision: 'bfloat16' }),
        config,
      );
      assert.notEqual(rounded.evaluated, exact.evaluated);
      const change = Math.abs(rounded.evaluated - exact.evaluated);
      assert.ok(change < 0.005 * exact.evaluated);
    });
  }

  it('chooses the precision of the products by what is fast here, and says so', async () => {
    const chosen = await loadNativeEngine({ nativeFolders: [nativeFolder] });
    assert.match(chosen.description, /^TensorFlow \d+\.\d+\.\d+ on the (CPU|GPU)(, products in bfloat16)?$/);
    const { description } = await loadNativeEngine({ nativeFolders: [nativeFolder], precision: 'bfloat16' });
    assert.match(description, /, products in bfloat16$/);
    engine = await loadExact();
  });

  it('leaves exported weights and moments alone when training goes on', async () => {
    const network = createNetwork(engine, configOf('gru', 1), 1);
    const [batch] = windows(1);
    const options = { learningRate: 0.01, gradientClipNorm: 1, dropout: 0 };
    await network.trainStep(batch, options);
    const weights = await network.exportWeights();
    const optimizer = await network.exportOptimizer();
    const before = [weights, optimizer.firstMoments, optimizer.secondMoments].map((tensors) =>
      structuredClone(tensors),
    );
    await network.trainStep(batch, options);
    assert.deepEqual([weights, optimizer.firstMoments, optimizer.secondMoments], before);
    assert.notDeepEqual(await network.exportWeights(), weights);
    network.dispose();
  });
});
