/** Keeps a training below its memory limit: by an estimate from its shapes beforehand, and by watching the process. */
import type { EngineName } from '../../protocol/trainerProtocol';
import type { TrainableNetwork, TrainingEngine } from '../engine';
import type { EngineOptions } from './loadEngine';
import { memoryNeed, type TrainingShape } from './memoryNeed';
import { automaticThreads } from './processorCores';
import type { TimedWork } from './timeEngine';

export interface MemoryWatch {
  /** Told in a sentence when the limit makes training slower. */
  readonly warn: (message: string) => void;
  /** Bytes that the process holds in memory; default: what the system says. */
  readonly resident?: () => number;
}

type Load = (name: EngineName, options: EngineOptions) => Promise<TrainingEngine>;

const BYTES_PER_MEGABYTE = 1024 * 1024;
/** The watch acts below the limit, as what a step takes is seen only after it. */
const SAFE_SHARE = 0.92;
/** With fewer rows at once a thread works mostly on what does not depend on their number. */
const WORTHWHILE_ROWS = 4;

/**
 * Wraps `load`: takes as many threads and rows of a batch at once as fit into the work's limit. Neither changes the numbers that
 * training gives.
 */
export function loadWithin(
  load: Load,
  work: TimedWork,
  { warn, resident = () => process.memoryUsage.rss() }: MemoryWatch,
): Load {
  const { maxMemoryMegabytes: megabytes } = work;
  return async (name, options) => {
    const shapes = shapesToTry(name, work);
    const [wished] = shapes;
    const held = resident();
    const needOf = (shape: TrainingShape): number => held + memoryNeed(name, shape);
    const fitting = shapes.find((shape) => needOf(shape) <= megabytes * BYTES_PER_MEGABYTE);
    if (fitting === undefined) {
      throw new Error(tooLittle(name, needOf(shapes.at(-1)!), megabytes));
    }
    const engine = await load(name, { ...options, threads: fitting.threads });
    if (fitting !== wished) {
      const fewer =
        fitting.threads < wished.threads ? `, with ${fitting.threads} of ${wished.threads} threads` : '';
      warn(
        `To stay below ${megabytes} MB of memory, training works on ${rowsText(fitting.rows)} at a time${fewer}: the result is the same, only slower.`,
      );
    }
    return {
      ...engine,
      createNetwork: (...given) => {
        const network = engine.createNetwork(...given);
        const check = watchRows(network, fitting.rows, { name, megabytes, warn, resident });
        const trainStep = network.trainStep.bind(network);
        network.trainStep = async (...step) => {
          check();
          return trainStep(...step);
        };
        const evaluateStep = network.evaluateStep.bind(network);
        network.evaluateStep = async (...step) => {
          check();
          return evaluateStep(...step);
        };
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

interface RowLimit extends Required<MemoryWatch> {
  readonly name: EngineName;
  readonly megabytes: number;
}

/** @returns what is to be called before each step: it halves the network's rows when the process comes near to the limit */
function watchRows(
  network: TrainableNetwork,
  startRows: number,
  { name, megabytes, warn, resident }: RowLimit,
): () => void {
  const most = megabytes * BYTES_PER_MEGABYTE;
  let rows = startRows;
  let threshold = SAFE_SHARE * most;
  network.limitRows(rows);
  return () => {
    const bytes = resident();
    if (bytes <= threshold) {
      return;
    }
    if (rows === 1) {
      if (bytes > most) {
        throw new Error(tooLittle(name, bytes, megabytes));
      }
      return;
    }
    rows = halved(rows);
    network.limitRows(rows);
    // Freed memory may stay with the process, so only growth from here on means that there are still too many rows.
    threshold = Math.max(threshold, (bytes + most) / 2);
    warn(
      `Training takes ${Math.round(bytes / BYTES_PER_MEGABYTE)} of ${megabytes} MB of memory, and continues with ${rowsText(rows)} at a time.`,
    );
  };
}

function rowsText(rows: number): string {
  return rows === 1 ? 'one row of a batch' : `${rows} rows of a batch`;
}

function tooLittle(engine: EngineName, bytes: number, megabytes: number): string {
  const need = Math.ceil(bytes / BYTES_PER_MEGABYTE);
  return `Training by the ${engine} engine needs about ${need} MB of memory even with one row of a batch at a time, and may take ${megabytes} MB. Allow it more (understudy.training.maxMemoryMegabytes or --max-memory), or train a smaller network.`;
}
