/** Keeps a training below its memory limit, by an estimate from its shapes. */
import type { EngineName } from '../../protocol/trainerProtocol';
import type { TrainingEngine } from '../engine';
import type { EngineOptions } from './loadEngine';
import { memoryNeed, type TrainingShape } from './memoryNeed';
import { automaticThreads } from './processorCores';
import type { TimedWork } from './timeEngine';

export interface MemoryOptions {
  /** Told in a sentence when the limit makes training slower. */
  readonly warn: (message: string) => void;
  /** Bytes that the process holds in memory; default: what the system says. */
  readonly resident?: () => number;
}

type Load = (name: EngineName, options: EngineOptions) => Promise<TrainingEngine>;

const BYTES_PER_MEGABYTE = 1024 * 1024;
/** With fewer rows at once a thread works mostly on what does not depend on their number. */
const WORTHWHILE_ROWS = 4;

/**
 * Wraps `load`: takes as many threads and rows of a batch at once as fit into the work's limit. Neither changes the numbers that
 * training gives.
 */
export function loadWithin(
  load: Load,
  work: TimedWork,
  { warn, resident = () => process.memoryUsage.rss() }: MemoryOptions,
): Load {
  const { maxMemoryMegabytes: megabytes } = work;
  return async (name, options) => {
    const shapes = shapesToTry(name, work);
    const [wished] = shapes;
    const held = resident();
    const needOf = (shape: TrainingShape): number => held + memoryNeed(name, shape);
    const fitting = shapes.find((shape) => needOf(shape) <= megabytes * BYTES_PER_MEGABYTE);
    if (fitting === undefined) {
      const need = Math.ceil(needOf(shapes.at(-1)!) / BYTES_PER_MEGABYTE);
      throw new Error(
        `Training by the ${name} engine needs about ${need} MB of memory even with one row of a batch at a time, and may take ${megabytes} MB. Allow it more (understudy.training.maxMemoryMegabytes or --max-memory), or train a smaller network.`,
      );
    }
    const engine = await load(name, { ...options, threads: fitting.threads });
    if (fitting !== wished) {
      const fewer =
        fitting.threads < wished.threads ? `, with ${fitting.threads} of ${wished.threads} threads` : '';
      warn(
        `To stay below ${megabytes} MB of memory, training works on ${rowsText(fitting.rows)} at a time${fewer}: it gives the same numbers, more slowly.`,
      );
    }
    return {
      ...engine,
      createNetwork: (...given) => {
        const network = engine.createNetwork(...given);
        network.limitRows(fitting.rows);
        return network;
      },
    };
  };
}

/** Best first: all rows at once, then half of them again and again, then the same with a thread less. */
function shapesToTry(
  name: EngineName,
  { config, batchSize, unrollSteps, threads: wishedThreads }: TimedWork,
): TrainingShape[] {
  const most = name !== 'wasm' ? 1 : wishedThreads > 0 ? wishedThreads : automaticThreads();
  const shapes: TrainingShape[] = [];
  for (let threads = most; threads >= 1; threads--) {
    const fewest = threads === 1 ? 1 : Math.min(batchSize, WORTHWHILE_ROWS * threads);
    for (let rows = batchSize; rows >= fewest; rows = halved(rows)) {
      shapes.push({ config, rows, unrollSteps, threads });
    }
  }
  return shapes;
}

/** 0 after 1. */
function halved(rows: number): number {
  return rows === 1 ? 0 : Math.ceil(rows / 2);
}

function rowsText(rows: number): string {
  return rows === 1 ? 'one row of a batch' : `${rows} rows of a batch`;
}
