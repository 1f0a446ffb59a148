/**
 * GFLOPS of the matrix products of one training step of net A (16 rows of 32 steps), with TensorFlow.js' WebAssembly backend and
 * with the training kernel, without and with relaxed SIMD. Medians of processor time over interleaved rounds.
 *
 *   npx tsx bench/trainingProducts.ts [--rounds 9]
 */
import type { Rank } from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { parseArgs } from 'node:util';
import { loadWasmOps } from '../src/trainer/engines/loadWasmOps';
import { relaxedSimdOptions } from '../src/trainer/engines/relaxedSimd';
import { WasmOps } from '../src/trainer/engines/wasmOps';
import type { Matrix } from '../src/trainer/network/tensorOps';
import { trainingKernelFolder } from '../test/support/kernelBytes';
import { align, type Row } from './alignRows';
import { runBench } from './runBench';
import { median } from './median';
import { processorSeconds } from './processorTime';

/** [rows, inner, columns], and what the product is in the step. */
const PRODUCTS: readonly (readonly [rows: number, inner: number, columns: number, what: string])[] = [
  [512, 256, 2048, 'inputs of the gates'],
  [16, 512, 2048, 'one step forward'],
  [16, 2048, 512, 'one step backward'],
  [512, 256, 4096, 'logits'],
  [256, 512, 4096, 'gradient of the embedding'],
  [512, 4096, 256, 'gradient of the projected states'],
  [512, 512, 2048, 'gradient of the recurrent weights'],
];
/** Enough that the timer's resolution does not matter. */
const OPERATIONS_A_ROUND = 1e9;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '9' } } });
  relaxedSimdOptions().forEach(setFlagsFromString);
  const kernels = await trainingKernelFolder();
  const ops = await loadWasmOps();
  const { tf } = ops;
  const withKernel = (name: string) => new WasmOps(tf, readFileSync(join(kernels, name)));
  const [plain, relaxed] = [withKernel('training-kernel.wasm'), withKernel('training-kernel-relaxed.wasm')];
  const contestants: readonly ((a: Matrix, b: Matrix) => Matrix)[] = [
    (a, b) => tf.matMul(a, b),
    (a, b) => plain.product(a, b),
    (a, b) => relaxed.product(a, b),
  ];
  const random = (height: number, width: number): Matrix => tf.randomNormal<Rank.R2>([height, width]);
  const rows: Row[] = [['product', 'tensorflow.js', 'kernel', 'with relaxed SIMD', 'times faster']];
  for (const [count, inner, columns, what] of PRODUCTS) {
    const [a, b] = [random(count, inner), random(inner, columns)];
    const operations = 2 * count * inner * columns;
    const repeats = Math.ceil(OPERATIONS_A_ROUND / operations);
    const seconds = contestants.map((): number[] => []);
    for (let round = 0; round <= Number(values.rounds); round++) {
      for (const [i, product] of contestants.entries()) {
        const before = processorSeconds();
        for (let n = 0; n < repeats; n++) {
          product(a, b).dispose();
        }
        const taken = processorSeconds() - before;
        // The first round warms up the compilers.
        if (round > 0) {
          seconds[i].push(taken / repeats);
        }
      }
    }
    tf.dispose([a, b]);
    const [stock, own, fused] = seconds.map(median);
    const speed = (of: number) => (operations / of / 1e9).toFixed(1);
    const title = `${count} × ${inner} × ${columns}, ${what}`;
    rows.push([title, speed(stock), speed(own), speed(fused), (stock / fused).toFixed(2)]);
  }
  process.stdout.write(align(rows));
}

runBench(main);
