/** Finds a training of this workspace that was ended by a closed window or a crash; the user is told of it once. */
import type { Memento } from 'vscode';
import { workspaceKey, type ModelStore } from '../trainer/modelStore';
import type { StatusState } from './statusView';

const TOLD_KEY = 'toldOfInterruptedTraining';

/**
 * Returns `news` for each interrupted training of which the user has not been told, and notes that they are told of it in this window.
 * @param folders of the workspace; empty when there is nothing to train on
 * @param isUnread whether this window still tells of news that the user has not read, however often one looks meanwhile
 */
export async function interruptedTraining(
  store: Pick<ModelStore, 'interruptedAt'>,
  folders: readonly string[],
  told: Pick<Memento, 'get' | 'update'>,
  isUnread: () => boolean,
): Promise<StatusState['interrupted']> {
  const at = folders.length === 0 ? null : await store.interruptedAt(workspaceKey(folders));
  if (at === null) {
    return null;
  }
  if (told.get(TOLD_KEY) === at) {
    return isUnread() ? 'news' : 'known';
  }
  await told.update(TOLD_KEY, at);
  return 'news';
}
