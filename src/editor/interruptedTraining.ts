/** A training of this workspace that ended with its window or by a crash, which the user is told of once. */
import type { Memento } from 'vscode';
import { workspaceKey, type ModelStore } from '../trainer/modelStore';
import type { StatusState } from './statusView';

const TOLD_KEY = 'toldOfInterruptedTraining';

/**
 * Notes that the user is told of it, so that `news` comes once for each.
 * @param folders of the workspace, none where there is nothing to train on
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
