import type { Parts } from '../editor/parts';

/** @throws Error with a sentence for the user when no training is running */
export function pauseTraining({ training }: Parts): void {
  training.pause();
}
