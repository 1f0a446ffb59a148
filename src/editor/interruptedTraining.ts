/** Finds a training of this workspace that was ended by a closed window or a crash; the user is told of it once. */
import type { Memento } from 'vscode';
import { workspaceKey, type ModelStore } from '../trainer/modelStore';
import type { StatusState } from './statusView';

const TOLD_KEY = 'toldOfInterruptedTraining';

/**
 * Returns `news` once for each interrupted training, and notes that the user has been told.
 * @param folders of the workspace; empty when there is nothing to train on
 */
export async function interruptedTraining(
  store: Pick<ModelStore, 'interruptedAt'>,
  folders: readonly string[],
  told: Pick<Memento, 'get' | 'update'>,
): Promise<StatusState['interrupted']> {
  const at = folders.length === 0 ? null : await store.interruptedAt(workspaceKey(folders));
  if (at === null) {
    return null;
  }
  if (told.get(TOLD_KEY) === at) {
    return 'known';
  }
  await told.update(TOLD_KEY, at);
  return 'news';
}
