import { asError } from '../protocol/asError';
import { realRoot } from '../trainer/corpus/scanFolders';

/**
 * Maps real paths, by which the scan names files, to the opened URIs, by which documents are named. Passes over a folder that is
 * gone, perhaps with its disk, so that the other folders of the workspace are still read.
 * @param onGone receives a sentence about each folder that is passed over
 * @returns the opened URI by real path
 */
export async function realRoots<Uri extends { readonly fsPath: string }>(
  folders: readonly { readonly uri: Uri }[],
  onGone: (sentence: string) => void,
): Promise<ReadonlyMap<string, Uri>> {
  const roots = new Map<string, Uri>();
  for (const { uri } of folders) {
    try {
      roots.set(await realRoot(uri.fsPath), uri);
    } catch (error) {
      onGone(asError(error).message);
    }
  }
  return roots;
}
