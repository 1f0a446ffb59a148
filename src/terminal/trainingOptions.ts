import { dirname } from 'node:path';
import { ARCHITECTURES } from '../model/networkConfig';
import { suitedLayers, suitedTraining } from '../protocol/suitedTraining';
import {
  DEFAULT_TRAINING,
  ENGINE_NAMES,
  LEAST_MEMORY,
  MOST_MEMORY,
  MOST_THREADS,
  ON_BATTERY,
  type TrainingOptions,
} from '../protocol/trainerProtocol';
import { requireInstalled } from '../trainer/engines/enginePackages';
import { threadsOfAllCores } from '../trainer/engines/processorCores';
import { UsageError, type OptionValues } from './commandLine';
import { nativeFolders } from './productPaths';
import type { Terminal } from './terminal';

/** How to train; the ranges are those of the `understudy.training.*` and `understudy.model.*` settings, but for shorter trainings. */
export const TRAINING_OPTIONS = {
  seconds: { type: 'number', min: 1, max: 86_400, help: 'time to train, in seconds' },
  engine: {
    type: 'choice',
    choices: ['auto', ...ENGINE_NAMES],
    help: 'what trains (default auto: the fastest in a short trial)',
  },
  threads: {
    type: 'number',
    min: 0,
    max: MOST_THREADS,
    integer: true,
    help: 'threads of the wasm engine, at most 8 (default: one per core; 0 leaves one core free)',
  },
  'on-battery': {
    type: 'choice',
    choices: ON_BATTERY,
    help: 'what to do on battery (default pause)',
  },
  'max-memory': {
    type: 'number',
    min: LEAST_MEMORY,
    max: MOST_MEMORY,
    integer: true,
    help: `megabytes that the trainer may take (default ${DEFAULT_TRAINING.maxMemoryMegabytes})`,
  },
  architecture: { type: 'choice', choices: ARCHITECTURES, help: 'kind of the network (default lstm)' },
  attention: { type: 'flag', help: 'gives a recurrent network a head over its own last 256 states' },
  layers: {
    type: 'number',
    min: 0,
    max: 3,
    integer: true,
    help: 'layers of the network (default 0: 1, or 3 for a transformer)',
  },
  'hidden-size': {
    type: 'number',
    min: 32,
    max: 1024,
    integer: true,
    help: 'units in a layer (default 512)',
  },
  'embedding-size': {
    type: 'number',
    min: 32,
    max: 512,
    integer: true,
    help: 'length of a token vector (default 256)',
  },
  seed: {
    type: 'number',
    min: 0,
    max: 0x7fffffff,
    integer: true,
    help: 'seed of everything random (default 1)',
  },
} as const;

/**
 * With the batches for a network that starts afresh. Called before anything is read or measured, which may take minutes.
 * @throws UsageError when an option would do nothing; Error that says how to install the engine asked for, when it is not
 */
export function trainingOptions(
  { product }: Terminal,
  given: OptionValues<typeof TRAINING_OPTIONS>,
  defaultSeconds: number,
): TrainingOptions {
  const architecture = given.architecture ?? DEFAULT_TRAINING.architecture;
  if (given.attention && architecture === 'transformer') {
    throw new UsageError('--attention does nothing with --architecture transformer, which has its own.');
  }
  const engine = given.engine ?? DEFAULT_TRAINING.engine;
  requireInstalled(engine, [dirname(product.trainer), ...nativeFolders(product)]);
  return {
    ...DEFAULT_TRAINING,
    ...suitedTraining(architecture, false),
    seconds: given.seconds ?? defaultSeconds,
    engine,
    threads: given.threads ?? threadsOfAllCores(),
    onBattery: given['on-battery'] ?? DEFAULT_TRAINING.onBattery,
    maxMemoryMegabytes: given['max-memory'] ?? DEFAULT_TRAINING.maxMemoryMegabytes,
    architecture,
    attention: given.attention,
    numLayers: suitedLayers(architecture, given.layers ?? 0),
    hiddenSize: given['hidden-size'] ?? DEFAULT_TRAINING.hiddenSize,
    embeddingSize: given['embedding-size'] ?? DEFAULT_TRAINING.embeddingSize,
    seed: given.seed ?? DEFAULT_TRAINING.seed,
  };
}
