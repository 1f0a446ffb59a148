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
  /** Numbers a token, a recurrent layer and a unit: gates, states and their gradients. */
  readonly perUnit: number;
  /** The same of a recurrent network's attention; 0 where it is measured as part of {@link perUnit}. */
  readonly perHeadUnit: number;
  /** The same of a Transformer's block, see {@link blockUnits}: all of it is kept until the step's end. */
  readonly perBlockUnit: number;
  /**
   * Numbers a row, a layer and a number of a key or value, for each position that is looked back on: from before the window,
   * joined with the window's, by heads, and remembered.
   */
  readonly perKey: number;
  /** Numbers a token, a layer and a head, for each such position: scores, probabilities and three steps of their gradients. */
  readonly perScore: number;
  /** The factor by which a heap may be larger than what it holds, as it grows in steps. */
  readonly growth: number;
}

/**
 * Peaks of the trainer's process on Linux x64 with networks of 0.8 to 7 million weights and 8 to 128 rows, rounded up; those of
 * attention by bench/memoryNeed.ts, and on WebAssembly by the tensors that are held at the end of a step. Those of WebGPU are
 * estimates: measured is only a small LSTM on an adapter in software, whose buffers lie in the process, with 456 MB where 516
 * are told.
 */
const ENGINES: Readonly<Record<EngineName, EngineMemory>> = {
  wasm: {
    engine: 20e6,
    thread: 45e6,
    perWeight: 5,
    perWord: 2,
    perUnit: 15,
    perHeadUnit: 23,
    perBlockUnit: 13,
    perKey: 4,
    perScore: 5,
    growth: 1.2,
  },
  native: {
    engine: 380e6,
    thread: 0,
    perWeight: 9,
    perWord: 5,
    perUnit: 32,
    perHeadUnit: 0,
    perBlockUnit: 13,
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
    perHeadUnit: 0,
    perBlockUnit: 16,
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
  const { vocabSize, embeddingSize } = config;
  const perToken = costs.perWord * vocabSize + layerNumbers(costs, config) + 8 * embeddingSize;
  const { layers, heads, width } = attentionOf(config);
  const positions = ATTENTION_WINDOW + unrollSteps;
  const perPosition = costs.perKey * width + costs.perScore * heads * unrollSteps;
  return unrollSteps * perToken + layers * positions * perPosition;
}

/** Numbers a token, of all layers. */
function layerNumbers({ perUnit, perHeadUnit, perBlockUnit }: EngineMemory, config: NetworkConfig): number {
  const { hiddenSize, numLayers } = config;
  return config.architecture === 'transformer'
    ? perBlockUnit * blockUnits(config) * numLayers
    : (perUnit * numLayers + (hasAttention(config) ? perHeadUnit : 0)) * hiddenSize;
}

/** Most of what a block holds is as wide as its stream: norms, queries, keys, values, dropout masks and their gradients. */
function blockUnits({ embeddingSize, hiddenSize }: NetworkConfig): number {
  return 4 * embeddingSize + hiddenSize / 2;
}

/** @returns `width`: numbers of a position's keys and values, which in a recurrent network are the same */
function attentionOf(config: NetworkConfig): { layers: number; heads: number; width: number } {
  if (config.architecture === 'transformer') {
    return {
      layers: config.numLayers,
      heads: ATTENTION_HEADS,
      width: 2 * ATTENTION_HEADS * headSize(config),
    };
  }
  return { layers: hasAttention(config) ? 1 : 0, heads: 1, width: config.hiddenSize };
}
