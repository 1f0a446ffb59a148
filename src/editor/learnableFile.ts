/** Tells which files a scan of a folder would learn from, for files that were saved, created or moved after the scan. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlannedFile } from '../protocol/trainerEvents';
import { leftOutByName } from '../trainer/corpus/fileNameRules';
import { readFileText } from '../trainer/corpus/fileText';
import { IgnoreRules, isTakenBack } from '../trainer/corpus/ignoreRules';
import type { LeftOutReason } from '../trainer/corpus/leftOutReason';
import { MAX_FILE_BYTES, walk } from '../trainer/corpus/scanFolders';
import { leftOutByText } from '../trainer/corpus/textRules';

export interface FilePlace {
  /** Absolute path of the workspace folder. */
  readonly root: string;
  /** Relative to the root, with `/`; '' is the root. */
  readonly path: string;
  /** Whether .understudyignore names this very file; see {@link leftOutByText}. */
  readonly isNamed?: boolean;
}

/** Reads each rule file only once, so an instance serves for one round: the rules may change after it. */
export class LearnableFiles {
  private readonly folders = new Map<string, Promise<IgnoreRules | LeftOutReason>>();

  constructor(private readonly excludeGlobs: readonly string[]) {}

  /** Why the path of a file rules out learning it, null when it does not; and whether .understudyignore names this very file. */
  async judge({ root, path }: FilePlace): Promise<{ reason: LeftOutReason | null; isNamed: boolean }> {
    const rules = await this.rulesIn(root, path.slice(0, path.lastIndexOf('/') + 1));
    const decision = rules instanceof IgnoreRules ? rules.decideAll([path])[0] : rules;
    const reason = decision === null || isTakenBack(decision) ? leftOutByName(path) : decision;
    return { reason, isNamed: decision === 'named' };
  }

  /**
   * The regular files at or below a path that their paths do not rule out; links are not followed.
   * @param withContents false yields at most the path itself, and nothing when it is a folder
   */
  async *below(place: FilePlace, withContents = true): AsyncGenerator<FilePlace> {
    const { root, path } = place;
    const around = await this.rulesIn(root, path.slice(0, path.lastIndexOf('/') + 1));
    // A build may write thousands of files into a folder that is passed over; none of them is looked up on disk.
    if (!(around instanceof IgnoreRules) || (await isBehindLink(place))) {
      return;
    }
    // A file that has vanished or may not be read is left out, as in a scan.
    const found = await lstat(join(root, path)).catch(() => null);
    if (found?.isFile() === true) {
      const { reason, isNamed } = await this.judge(place);
      if (reason === null) {
        yield { root, path, isNamed };
      }
    }
    if (withContents && found?.isDirectory() === true) {
      const folder = path === '' ? '' : `${path}/`;
      const rules = await this.rulesIn(root, folder);
      if (rules instanceof IgnoreRules) {
        for await (const file of walk(root, folder, rules)) {
          yield { root, ...file };
        }
      }
    }
  }

  /**
   * The rules that apply in a folder, or the reason why it is passed over.
   * @param folder relative to the root, '' or ending in '/'
   */
  private rulesIn(root: string, folder: string): Promise<IgnoreRules | LeftOutReason> {
    const place = JSON.stringify([root, folder]);
    const rules = this.folders.get(place) ?? this.readRules(root, folder);
    this.folders.set(place, rules);
    return rules;
  }

  private async readRules(root: string, folder: string): Promise<IgnoreRules | LeftOutReason> {
    if (folder === '') {
      return IgnoreRules.forRoot(root, this.excludeGlobs);
    }
    const outer = await this.rulesIn(root, folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1));
    if (!(outer instanceof IgnoreRules)) {
      return outer;
    }
    const [decision] = outer.decideAll([folder]);
    return decision === null || isTakenBack(decision) ? outer.enter(folder, isTakenBack(decision)) : decision;
  }
}

/** Why a file that was just saved is not learned; null when nothing rules that out. */
export async function reasonNotToLearn(
  place: FilePlace,
  text: string,
  excludeGlobs: readonly string[],
): Promise<LeftOutReason | null> {
  const { reason, isNamed } = await new LearnableFiles(excludeGlobs).judge(place);
  return reason ?? leftOutByText(place.path, text, isNamed) ?? ((await isBehindLink(place)) ? 'link' : null);
}

/**
 * The text of a file that a scan has found a moment ago; null where it is gone or not to be learned any more.
 * @param oldEncoding of a file that is not in Unicode; '' where it is to be guessed
 */
export async function readPlannedText(
  { root, path, bytes }: PlannedFile,
  oldEncoding: string,
): Promise<string | null> {
  const read = await readFileText(join(root, path), MAX_FILE_BYTES, oldEncoding);
  if (read.kind === 'leftOut') {
    return null;
  }
  const { text } = read;
  // The scan has judged the text as it was; a key may have been saved in it since.
  const isAsJudged = Buffer.byteLength(text) === bytes;
  return isAsJudged || (await reasonNotToLearn({ root, path }, text, [])) === null ? text : null;
}

/** Whether the file itself, or a folder on the way to it, is a link: a scan does not follow it, or finds the text under its own name. */
async function isBehindLink({ root, path }: FilePlace): Promise<boolean> {
  let place = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    place = join(place, name);
    const found = await lstat(place).catch(() => null);
    if (found?.isSymbolicLink() === true) {
      return true;
    }
  }
  return false;
}
