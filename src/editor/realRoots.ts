import { realRoot } from '../trainer/corpus/scanFolders';
import { asError } from './asError';

/**
 * The scan names files by real paths; documents are named by the paths that were opened. A folder that is gone, or on a disk that
 * is, is passed over, so that the others of the workspace are read all the same.
 * @returns by real path, the URI that was opened
 * @param onGone told in a sentence of each that is passed over
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
