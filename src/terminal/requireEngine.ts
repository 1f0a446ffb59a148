import { networkOfShape } from '../model/networkConfig';
import type { TrainingOptions } from '../protocol/trainerProtocol';
import { readTokenizer } from '../trainer/sharedTokenizer';
import { askTrainer, TrainerEndedError } from '../trainer/trainerChild';
import { nativeFolders } from './productPaths';
import type { Terminal } from './terminal';
import { requireBuilt } from './withGenerator';

/**
 * Has the engine loaded that a training would choose, for what precedes a training may take minutes.
 * @throws Error with a sentence for the user, when it does not load here or may not take the memory that it needs; the signal's reason
 * when it aborts
 */
export async function requireEngine({ product, signal }: Terminal, options: TrainingOptions): Promise<void> {
  await requireBuilt(product.trainer);
  const tokenizer = await readTokenizer(product.tokenizer);
  const { engine, batchSize, unrollSteps, threads, maxMemoryMegabytes } = options;
  const config = networkOfShape(options, tokenizer.vocabSize);
  const work = { config, batchSize, unrollSteps, threads, maxMemoryMegabytes };
  const job = { engine, nativeFolders: nativeFolders(product), ...work };
  await askTrainer(
    product.trainer,
    { kind: 'load', job },
    (event) => event.kind === 'loaded',
    () => undefined,
    signal,
  ).catch((error: unknown) => {
    // After an engine that crashes its process, a training takes the next one.
    if (!(error instanceof TrainerEndedError)) {
      throw error;
    }
  });
}
