import type { Parts } from '../editor/parts';

/** @throws Error with a sentence for the user when no training is running */
export function cancelTraining({ training }: Parts): void {
  training.cancel();
}
