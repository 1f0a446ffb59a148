/** Which files of a folder a scan of it would learn from, for files that were saved, created or moved since. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { leftOutByName } from '../trainer/corpus/fileNameRules';
import { composedName } from '../trainer/corpus/folderEntry';
import { IgnoreRules } from '../trainer/corpus/ignoreRules';
import type { LeftOutReason } from '../trainer/corpus/leftOutReason';
import { leftOutByText } from '../trainer/corpus/textRules';

/** Reads each file of rules once, so it serves for one look at the folder: the rules may change after it. */
export class LearnableFiles {
  private readonly folders = new Map<string, Promise<IgnoreRules | LeftOutReason>>();

  /** @param root absolute path of the workspace folder */
  constructor(
    private readonly root: string,
    private readonly excludeGlobs: readonly string[],
  ) {}

  /**
   * @param path of a file, relative to the root, with `/`
   * @returns null when its path does not speak against learning it
   */
  async reasonByPath(path: string): Promise<LeftOutReason | null> {
    const rules = await this.rulesIn(path.slice(0, path.lastIndexOf('/') + 1));
    if (!(rules instanceof IgnoreRules)) {
      return rules;
    }
    const decision = rules.decide(path);
    return decision === null || decision === 'takenBack' ? leftOutByName(path) : decision;
  }

  /** Whether the folder that a path lies in is passed over as a whole. */
  async isPassedOver(path: string): Promise<boolean> {
    return !((await this.rulesIn(path.slice(0, path.lastIndexOf('/') + 1))) instanceof IgnoreRules);
  }

  /**
   * The ordinary files at a path or below it that their paths do not speak against; links are not followed.
   * @param path relative to the root, with `/`; '' is the root
   * @param withContents false for a file alone: nothing where the path is a folder
   */
  async *below(path: string, withContents = true): AsyncGenerator<string> {
    // A build writes thousands of files into a folder that is passed over: none of them is looked at.
    if (await this.isPassedOver(path)) {
      return;
    }
    const place = join(this.root, path);
    // What has vanished since, or may not be read, is left out, as a scan leaves it out.
    const found = await lstat(place).catch(() => null);
    if (found?.isFile() === true && (await this.reasonByPath(path)) === null) {
      yield path;
    }
    const folder = path === '' ? '' : `${path}/`;
    if (
      withContents &&
      found?.isDirectory() === true &&
      (await this.rulesIn(folder)) instanceof IgnoreRules
    ) {
      for (const name of await readdir(place).catch(() => [])) {
        yield* this.below(folder + composedName(name));
      }
    }
  }

  /**
   * The rules that hold in a folder, or why it is passed over.
   * @param folder relative to the root, '' or ending in '/'
   */
  private rulesIn(folder: string): Promise<IgnoreRules | LeftOutReason> {
    const known = this.folders.get(folder);
    const rules = known ?? this.readRules(folder);
    this.folders.set(folder, rules);
    return rules;
  }

  private async readRules(folder: string): Promise<IgnoreRules | LeftOutReason> {
    if (folder === '') {
      return IgnoreRules.forRoot(this.root, this.excludeGlobs);
    }
    const outer = await this.rulesIn(folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1));
    if (!(outer instanceof IgnoreRules)) {
      return outer;
    }
    const decision = outer.decide(folder);
    return decision === null || decision === 'takenBack'
      ? outer.enter(folder, decision === 'takenBack')
      : decision;
  }
}

/**
 * Why one file, saved just now, is not learned.
 * @param root absolute path of the workspace folder
 * @param path of the file, relative to the root, with `/`
 * @returns null when nothing speaks against learning it
 */
export async function reasonNotToLearn(
  root: string,
  path: string,
  text: string,
  excludeGlobs: readonly string[],
): Promise<LeftOutReason | null> {
  return (await new LearnableFiles(root, excludeGlobs).reasonByPath(path)) ?? leftOutByText(path, text);
}
