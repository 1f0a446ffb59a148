/**
 * One network on several worker threads: each takes some rows of every batch. The gradients are summed and the parameters
 * updated in shared memory, a stretch of them by each thread; then each copies the new ones to its device.
 */
import type { NetworkConfig, NetworkWeights } from '../../model/networkConfig';
import type {
  OptimizerState,
  TrainableNetwork,
  TrainBatch,
  TrainStepOptions,
  TrainStepResult,
} from '../engine';
import { clippingScale } from '../network/clippingScale';
import { countOf, rowsOf } from '../network/batchParts';
import { readTensors, shareParameters, writeTensors, type SharedParameters } from './sharedParameters';
import type { ValuesVersion } from './wasmWorkerMessages';
import type { WorkerPool } from './workerPool';

let networks = 0;

export class ParallelNetwork implements TrainableNetwork {
  private readonly network = networks++;
  private readonly shared: SharedParameters;
  private step = 0;
  private version = 0;

  constructor(
    private readonly pool: WorkerPool,
    readonly config: NetworkConfig,
    weights: NetworkWeights,
    seed: number,
  ) {
    const shared = shareParameters(config, weights, pool.size);
    this.shared = shared;
    pool.tellAll((own) => ({ kind: 'create', network: this.network, config, shared, own, seed }));
  }

  async trainStep(batch: TrainBatch, options: TrainStepOptions): Promise<TrainStepResult> {
    const { pool, network, values } = this;
    const count = countOf(batch.mask);
    const { dropout, learningRate } = options;
    const losses = await pool.askAll((worker) => {
      const [firstRow, endRow] = stretch(batch.batchSize, worker, pool.size);
      const share = { firstRow, batchSize: batch.batchSize, count };
      return { kind: 'gradients', network, values, batch: rowsOf(batch, firstRow, endRow), dropout, share };
    });
    const stretchOf = (worker: number) => {
      const [from, to] = stretch(this.shared.values.length, worker, pool.size);
      return { from, to };
    };
    const squares = await pool.askAll((worker) => ({ kind: 'sum', network, ...stretchOf(worker) }));
    const loss = sumOf(losses);
    const gradientNorm = Math.sqrt(sumOf(squares));
    const gradientScale = clippingScale(loss, gradientNorm, options.gradientClipNorm);
    const step = this.step + 1;
    const update = { learningRate, gradientScale, step };
    await pool.askAll((worker) => ({ kind: 'update', network, update, ...stretchOf(worker) }));
    this.step = step;
    this.version++;
    return { loss, gradientNorm };
  }

  async evaluateStep(batch: TrainBatch): Promise<number> {
    const { pool, network, values } = this;
    const sums = await pool.askAll((worker) => ({
      kind: 'evaluate',
      network,
      values,
      batch: rowsOf(batch, ...stretch(batch.batchSize, worker, pool.size)),
    }));
    return sumOf(sums);
  }

  limitRows(rows: number): void {
    const { pool, network } = this;
    // Rounded up, so that a batch of exactly this many rows is divided among the threads but not within one.
    pool.tellAll(() => ({ kind: 'limitRows', network, rows: Math.ceil(rows / pool.size) }));
  }

  resetState(which: 'train' | 'evaluate'): void {
    this.pool.tellAll(() => ({ kind: 'resetState', network: this.network, which }));
  }

  exportWeights(): Promise<NetworkWeights> {
    return Promise.resolve(readTensors(this.config, this.shared.values));
  }

  importWeights(weights: NetworkWeights): void {
    writeTensors(this.config, this.shared.values, weights);
    this.version++;
  }

  exportOptimizer(): Promise<OptimizerState> {
    const { config, shared, step } = this;
    return Promise.resolve({
      step,
      firstMoments: readTensors(config, shared.firstMoments),
      secondMoments: readTensors(config, shared.secondMoments),
    });
  }

  importOptimizer({ step, firstMoments, secondMoments }: OptimizerState): void {
    writeTensors(this.config, this.shared.firstMoments, firstMoments);
    writeTensors(this.config, this.shared.secondMoments, secondMoments);
    this.step = step;
    this.version++;
  }

  dispose(): void {
    this.pool.tellAll(() => ({ kind: 'dispose', network: this.network }));
  }

  private get values(): ValuesVersion {
    return { version: this.version, step: this.step };
  }
}

/** From and to of the stretch of 0 … length that falls to one of `parts` equal parts. */
function stretch(length: number, part: number, parts: number): [number, number] {
  return [Math.floor((part * length) / parts), Math.floor(((part + 1) * length) / parts)];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
