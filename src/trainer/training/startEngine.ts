import type { NetworkConfig } from '../../model/networkConfig';
import type { TrainJob } from '../../protocol/trainerProtocol';
import type { TrainingEngine } from '../engine';
import { guardEngine } from '../engines/guardEngine';
import type { TrainSurroundings } from './trainSurroundings';

/**
 * The engine of a training, within the memory that it may take; the user is told which and why.
 * @throws Error with a sentence for the user
 */
export async function startEngine(
  { options, failedEngines = [], nativeFolders = [] }: TrainJob,
  config: NetworkConfig,
  { emit, warn, engineOptions, chooseEngine }: TrainSurroundings,
): Promise<TrainingEngine> {
  const { batchSize, unrollSteps, threads, maxMemoryMegabytes } = options;
  const {
    engine,
    reason,
    others = [],
  } = await chooseEngine(
    {
      engine: options.engine,
      failed: failedEngines,
      work: { config, batchSize, unrollSteps, threads, maxMemoryMegabytes },
      memory: { warn },
      onLoading: (name) => {
        emit({ kind: 'loading', name });
      },
    },
    { ...engineOptions, nativeFolders },
  );
  emit({ kind: 'engine', name: engine.name, description: engine.description, reason, others });
  return guardEngine(engine);
}
