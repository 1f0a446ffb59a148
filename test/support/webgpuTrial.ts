/** Runs the trial on WebGPU in a process of its own, which alone gets the software driver, and sends what came of it. */
import * as tf from '@tensorflow/tfjs-core';
import { loadWebgpuEngine } from '../../src/trainer/engines/webgpuEngine';
import { randomWeights } from '../unit/model/network/randomWeights';
import { runTrial, trialNetworks, type Trial } from './trainingTrial';

export interface WebgpuTrial {
  readonly description: string;
  /** What it says when it must be a real GPU. */
  readonly refusal: string | null;
  readonly trials: readonly Trial[];
  /** Tensors held before a network was made and after it was disposed. */
  readonly tensors: readonly [number, number];
  /** What a step says after the device was lost, and what a network says that is to give its weights then. */
  readonly afterLoss: string | null;
  readonly exportAfterLoss: string | null;
}

async function run(): Promise<WebgpuTrial> {
  const engine = await loadWebgpuEngine();
  const before = tf.memory().numTensors;
  const trials: Trial[] = [];
  for (const { config } of trialNetworks) {
    trials.push(await runTrial(engine, config));
  }
  const after = tf.memory().numTensors;
  const refusal = await loadWebgpuEngine({ requireGpu: true }).then(() => null, messageOf);
  const [{ config }] = trialNetworks;
  const { device } = tf.backend() as unknown as { device: { destroy(): void } };
  const network = engine.createNetwork(config, randomWeights(config, 1), 1);
  device.destroy();
  const exportAfterLoss = await network.exportWeights().then(() => null, messageOf);
  const afterLoss = await runTrial(engine, config).then(() => null, messageOf);
  return {
    description: engine.description,
    refusal,
    trials,
    tensors: [before, after],
    afterLoss,
    exportAfterLoss,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

run().then(
  (trial) => process.send!(trial, undefined, undefined, () => process.exit(0)),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
