/** The texts of a folder, as the live workspace model learns them. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LearnFilesRequest } from '../protocol/generatorProtocol';
import { composedName } from '../trainer/corpus/folderEntry';
import { scanFolders } from '../trainer/corpus/scanFolders';
import type { Terminal } from './terminal';
import { describeReading } from './trainingProgress';

export type WorkspaceFile = LearnFilesRequest['files'][number];

/** @throws Error whose message is for the user, when the folder cannot be read; the signal's reason when it aborts */
export async function workspaceTexts(
  folder: string,
  { signal, progress }: Pick<Terminal, 'signal' | 'progress'>,
): Promise<WorkspaceFile[]> {
  const files: WorkspaceFile[] = [];
  await scanFolders(
    [folder],
    {
      onText: ({ root, path }, text) => {
        files.push({ uri: fileUri(root, path), text, recent: false });
      },
      onProgress: (read) => {
        progress.show(describeReading(read));
      },
    },
    signal,
  );
  progress.clear();
  return files;
}

export function fileUri(folder: string, path: string): string {
  return documentUri(join(folder, path));
}

/**
 * The same file has the same URI as a workspace file and as the document that is being written, also where macOS gives the name of
 * one with decomposed characters.
 * @param path absolute
 */
export function documentUri(path: string): string {
  return pathToFileURL(composedName(path)).href;
}
