/**
 * Training speed of stock tfjs-layers, for bench/trainSpeed.ts: `layers-native` on tfjs-node, `layers-wasm` on the wasm backend.
 * Its network is net A except for what tfjs-layers cannot do: the softmax is not tied, and token vectors are given, not learned,
 * as the wasm backend has no gradient for them. Both make its work less, not more. It prints one JSON object.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadNativeEngine } from '../../src/trainer/engines/nativeEngine';
import { loadWasmOps } from '../../src/trainer/engines/loadWasmOps';
import { runBench } from '../runBench';
import { processorSeconds } from '../processorTime';

interface Tensor {
  dispose(): void;
}
interface LayersModel {
  compile(options: object): void;
  trainOnBatch(inputs: Tensor, targets: Tensor): Promise<number>;
}
/** The used part of TensorFlow.js with layers, which the project needs only here. */
interface LayersTensorFlow {
  readonly version: { readonly 'tfjs-layers': string };
  setBackend(name: string): Promise<boolean>;
  sequential(options: { layers: readonly object[] }): LayersModel;
  readonly layers: Readonly<Record<'lstm' | 'dense' | 'dropout', (options: object) => object>>;
  readonly train: { adam(rate: number): object };
  randomUniform(shape: readonly number[], low: number, high: number): Tensor;
}

const VOCABULARY = 4096;
const EMBEDDING = 256;
const HIDDEN = 512;

const { values: flags } = parseArgs({
  options: {
    engine: { type: 'string', default: 'wasm' },
    batch: { type: 'string', default: '32' },
    steps: { type: 'string', default: '32' },
    layers: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '5' },
    cell: { type: 'string', default: 'lstm' },
    threads: { type: 'string', default: '1' },
  },
});

async function main(): Promise<void> {
  const native = join(__dirname, '..', '..', '.cache', 'native');
  const requireNative = createRequire(join(native, 'package.json'));
  const isNative = flags.engine === 'native';
  // Registers the backend in the state that all copies of TensorFlow.js in a process share.
  await (isNative ? loadNativeEngine({ nativeFolders: [native] }) : loadWasmOps());
  const tf = requireNative('@tensorflow/tfjs') as LayersTensorFlow;
  await tf.setBackend(isNative ? 'tensorflow' : 'wasm');
  const [batch, steps] = [Number(flags.batch), Number(flags.steps)];
  const model = tf.sequential({
    layers: [
      ...Array.from({ length: Number(flags.layers) }, (_, layer) =>
        tf.layers.lstm({
          units: HIDDEN,
          returnSequences: true,
          ...(layer === 0 ? { inputShape: [steps, EMBEDDING] } : {}),
        }),
      ),
      tf.layers.dropout({ rate: 0.1 }),
      tf.layers.dense({ units: EMBEDDING, useBias: false }),
      tf.layers.dense({ units: VOCABULARY, activation: 'softmax' }),
    ],
  });
  model.compile({ optimizer: tf.train.adam(0.002), loss: 'sparseCategoricalCrossentropy' });
  const step = async (): Promise<number> => {
    const inputs = tf.randomUniform([batch, steps, EMBEDDING], -0.05, 0.05);
    // Its loss takes token ids as floats and rounds them down itself.
    const targets = tf.randomUniform([batch, steps, 1], 0, VOCABULARY);
    const loss = await model.trainOnBatch(inputs, targets);
    inputs.dispose();
    targets.dispose();
    return loss;
  };
  await step();
  const start = performance.now();
  const processorStart = processorSeconds();
  let count = 0;
  let loss: number;
  do {
    loss = await step();
    count++;
  } while (performance.now() - start < 1000 * Number(flags.seconds));
  const seconds = (performance.now() - start) / 1000;
  const processor = processorSeconds() - processorStart;
  const tokens = count * batch * steps;
  process.stdout.write(
    `\n${JSON.stringify({
      description: `tfjs-layers ${tf.version['tfjs-layers']} on ${isNative ? 'tfjs-node' : 'wasm'}, softmax untied, token vectors given`,
      tokensPerSecond: tokens / seconds,
      tokensPerCpuSecond: tokens / processor,
      loss,
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
    })}\n`,
  );
}

runBench(main);
