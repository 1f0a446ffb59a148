/** Estimates from its shapes, before the first step, how much memory a training will take. */
import {
  ATTENTION_HEADS,
  ATTENTION_WINDOW,
  countParameters,
  hasAttention,
  headSize,
  type NetworkConfig,
} from '../../model/networkConfig';
import type { EngineName } from '../../protocol/trainerProtocol';

export interface TrainingShape {
  readonly config: NetworkConfig;
  /** Of a batch, computed at once by all threads together. */
  readonly rows: number;
  readonly unrollSteps: number;
  /** Of the wasm engine. */
  readonly threads: number;
}

interface EngineMemory {
  /** Bytes of the engine itself, without a network. */
  readonly engine: number;
  /** Bytes of each of several threads. */
  readonly thread: number;
  /** Numbers a weight, in each thread: the weight, its gradient, packed and transposed copies. */
  readonly perWeight: number;
  /** Numbers a token and a word of the vocabulary: logits, their gradient, and what a product makes of them. */
  readonly perWord: number;
  /** Numbers a token, a layer and a unit: gates, states and their gradients. */
  readonly perUnit: number;
  /** Numbers a row, a layer and a unit of attention, for each position that is looked back on: keys and values. */
  readonly perKey: number;
  /** Numbers a token, a layer and a head, for each such position: scores, probabilities and their gradients. */
  readonly perScore: number;
  /** The factor by which a heap may be larger than what it holds, as it grows in steps. */
  readonly growth: number;
}

/**
 * Peaks of the trainer's process on Linux x64 with networks of 0.8 to 7 million weights and 8 to 128 rows, rounded up; those of
 * attention by bench/memoryNeed.ts. Those of WebGPU are estimates: measured is only a small LSTM on an adapter in software, whose
 * buffers lie in the process, with 456 MB where 516 are told.
 */
const ENGINES: Readonly<Record<EngineName, EngineMemory>> = {
  wasm: {
    engine: 20e6,
    thread: 45e6,
    perWeight: 5,
    perWord: 2,
    perUnit: 15,
    perKey: 2,
    perScore: 4,
    growth: 1.2,
  },
  native: {
    engine: 380e6,
    thread: 0,
    perWeight: 9,
    perWord: 5,
    perUnit: 32,
    perKey: 1,
    perScore: 4,
    growth: 1,
  },
  webgpu: {
    engine: 350e6,
    thread: 0,
    perWeight: 5,
    perWord: 5,
    perUnit: 40,
    perKey: 1,
    perScore: 4,
    growth: 1,
  },
};

/** Numbers a weight beside the engine: both moments, the best network so far, and what a resume file is written from. */
const PER_WEIGHT_BESIDE = 8;
/** Bytes of the rest of a training: the calibration's networks and live text, and what waits for the garbage collector. */
const BESIDE = 110e6;
const NUMBER_BYTES = 4;

/** Bytes beyond what the process holds before the engine is started. */
export function memoryNeed(
  engine: EngineName,
  { config, rows, unrollSteps, threads }: TrainingShape,
): number {
  const costs = ENGINES[engine];
  const instances = engine === 'wasm' ? threads : 1;
  const numbers =
    instances * costs.perWeight * countParameters(config) + rows * rowNumbers(costs, config, unrollSteps);
  return (
    costs.engine +
    BESIDE +
    (instances > 1 ? instances * costs.thread : 0) +
    NUMBER_BYTES * (costs.growth * numbers + PER_WEIGHT_BESIDE * countParameters(config))
  );
}

function rowNumbers(costs: EngineMemory, config: NetworkConfig, unrollSteps: number): number {
  const { vocabSize, embeddingSize, hiddenSize, numLayers } = config;
  const perToken = costs.perWord * vocabSize + costs.perUnit * hiddenSize * numLayers + 8 * embeddingSize;
  const { layers, heads, width } = attentionOf(config);
  const positions = ATTENTION_WINDOW + unrollSteps;
  const perPosition = costs.perKey * width + costs.perScore * heads * unrollSteps;
  return unrollSteps * perToken + layers * positions * perPosition;
}

function attentionOf(config: NetworkConfig): { layers: number; heads: number; width: number } {
  if (config.architecture === 'transformer') {
    return { layers: config.numLayers, heads: ATTENTION_HEADS, width: ATTENTION_HEADS * headSize(config) };
  }
  return { layers: hasAttention(config) ? 1 : 0, heads: 1, width: config.hiddenSize };
}
