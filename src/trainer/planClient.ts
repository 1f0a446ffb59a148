/** The parent's side of a plan: which texts a training would read. */
import type { TrainerEvent, TrainingPlan } from '../protocol/trainerEvents';
import type { PlanJob } from '../protocol/trainerProtocol';
import { startTrainerChild } from './trainerChild';

interface PlanStart {
  readonly processPath: string;
  readonly job: PlanJob;
  readonly onProgress?: (progress: Extract<TrainerEvent, { kind: 'scanning' }>) => void;
}

/**
 * Finds what a training would read.
 * @throws Error with a sentence for the user; the signal's reason when it aborts
 */
export async function planTraining(
  { processPath, job, onProgress }: PlanStart,
  signal?: AbortSignal,
): Promise<TrainingPlan> {
  signal?.throwIfAborted();
  const child = startTrainerChild(
    processPath,
    { kind: 'plan', job },
    (event) => event.kind === 'planned',
    (event) => {
      if (event.kind === 'scanning') {
        onProgress?.(event);
      }
    },
  );
  signal?.addEventListener('abort', child.kill, { once: true });
  try {
    return (await child.last).plan;
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', child.kill);
  }
}
