/** Keeps a training below the memory that it may take: by what its shapes need, and by watching what it takes. */
import type { EngineName } from '../../protocol/trainerProtocol';
import type { TrainableNetwork, TrainingEngine } from '../engine';
import type { EngineOptions } from './loadEngine';
import { memoryNeed, type TrainingShape } from './memoryNeed';
import { automaticThreads } from './processorCores';

export interface MemoryLimit {
  /** Of the whole process. */
  readonly megabytes: number;
  readonly unrollSteps: number;
  /** Told in a sentence when the limit makes training slower. */
  readonly warn: (message: string) => void;
  /** Bytes that the process holds in memory; default: what the system says. */
  readonly resident?: () => number;
}

type Load = (name: EngineName, options: EngineOptions) => Promise<TrainingEngine>;
type Work = Pick<TrainingShape, 'config'> & { readonly batchSize: number };

export const BYTES_PER_MEGABYTE = 1024 * 1024;
/** The watch acts before the limit is passed: what a step takes is seen only after it. */
const SAFE_SHARE = 0.92;
/** With fewer rows at once a thread works mostly on what does not depend on their number. */
const WORTHWHILE_ROWS = 4;

/**
 * As `load`, with as many threads and rows of a batch at once as fit into the limit; the numbers that training gives do not
 * depend on either.
 */
export function loadWithin(load: Load, work: Work, limit: MemoryLimit): Load {
  const resident = limit.resident ?? (() => process.memoryUsage.rss());
  return async (name, options) => {
    const shapes = shapesToTry(name, work, limit, options.threads ?? 0);
    const [wished] = shapes;
    const room = limit.megabytes * BYTES_PER_MEGABYTE - resident();
    const fitting = shapes.find((shape) => memoryNeed(name, shape) <= room);
    if (fitting === undefined) {
      const least = memoryNeed(name, shapes.at(-1)!) - room + limit.megabytes * BYTES_PER_MEGABYTE;
      throw new Error(tooLittle(name, least, limit));
    }
    const engine = await load(name, { ...options, threads: fitting.threads });
    if (fitting !== wished) {
      limit.warn(
        `To stay below ${limit.megabytes} MB of memory, training works on ${rowsText(fitting.rows)} of a batch at a time` +
          `${fitting.threads < wished.threads ? `, with ${fitting.threads} of ${wished.threads} threads` : ''}: it gives the same numbers, more slowly.`,
      );
    }
    return watched(engine, fitting.rows, limit, resident);
  };
}

/** Best first: all rows at once, then half of them again and again, then the same with a thread less. */
function shapesToTry(
  name: EngineName,
  { config, batchSize }: Work,
  { unrollSteps }: MemoryLimit,
  wishedThreads: number,
): [TrainingShape, ...TrainingShape[]] {
  const most = name !== 'wasm' ? 1 : wishedThreads > 0 ? wishedThreads : automaticThreads();
  const shapes: TrainingShape[] = [];
  for (let threads = most; threads >= 1; threads--) {
    const fewest = threads === 1 ? 1 : Math.min(batchSize, WORTHWHILE_ROWS * threads);
    for (let rows = batchSize; rows >= fewest; rows = halved(rows)) {
      shapes.push({ config, rows, unrollSteps, threads });
    }
  }
  return shapes as [TrainingShape, ...TrainingShape[]];
}

/** 0 after 1. */
function halved(rows: number): number {
  return rows === 1 ? 0 : Math.ceil(rows / 2);
}

/** Networks that halve their rows when the process comes near to the limit. */
function watched(
  engine: TrainingEngine,
  startRows: number,
  limit: MemoryLimit,
  resident: () => number,
): TrainingEngine {
  const most = limit.megabytes * BYTES_PER_MEGABYTE;
  const watch = (network: TrainableNetwork): TrainableNetwork => {
    let rows = startRows;
    let threshold = SAFE_SHARE * most;
    network.limitRows(rows);
    const check = (): void => {
      const bytes = resident();
      if (bytes <= threshold) {
        return;
      }
      if (rows === 1) {
        if (bytes > most) {
          throw new Error(tooLittle(engine.name, bytes, limit));
        }
        return;
      }
      rows = halved(rows);
      network.limitRows(rows);
      // What is let go may stay with the process, so that only what comes on top tells of too many rows.
      threshold = Math.max(threshold, (bytes + most) / 2);
      limit.warn(
        `Training takes ${Math.round(bytes / BYTES_PER_MEGABYTE)} of ${limit.megabytes} MB of memory, and goes on with ${rowsText(rows)} of a batch at a time.`,
      );
    };
    return {
      config: network.config,
      trainStep: async (batch, options) => {
        check();
        return network.trainStep(batch, options);
      },
      evaluateStep: async (batch) => {
        check();
        return network.evaluateStep(batch);
      },
      limitRows: (fewer) => {
        rows = Math.min(rows, fewer);
        network.limitRows(rows);
      },
      resetState: (which) => {
        network.resetState(which);
      },
      exportWeights: () => network.exportWeights(),
      importWeights: (weights) => {
        network.importWeights(weights);
      },
      exportOptimizer: () => network.exportOptimizer(),
      importOptimizer: (state) => {
        network.importOptimizer(state);
      },
      dispose: () => {
        network.dispose();
      },
    };
  };
  return {
    name: engine.name,
    description: engine.description,
    createNetwork: (config, weights, seed) => watch(engine.createNetwork(config, weights, seed)),
  };
}

function rowsText(rows: number): string {
  return rows === 1 ? 'one row' : `${rows} rows`;
}

function tooLittle(engine: EngineName, bytes: number, { megabytes }: MemoryLimit): string {
  const need = Math.ceil(bytes / BYTES_PER_MEGABYTE);
  return `Training by the ${engine} engine needs about ${need} MB of memory even with one row of a batch at a time, and may take ${megabytes} MB. Allow it more (understudy.training.maxMemoryMegabytes or --max-memory), or train a smaller network.`;
}
