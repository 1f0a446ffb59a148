/** Tells which files a scan of a folder would learn from, for files that were saved, created or moved after the scan. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { leftOutByName } from '../trainer/corpus/fileNameRules';
import { composedName } from '../trainer/corpus/folderEntry';
import { IgnoreRules } from '../trainer/corpus/ignoreRules';
import type { LeftOutReason } from '../trainer/corpus/leftOutReason';
import { leftOutByText } from '../trainer/corpus/textRules';

/** Reads each rule file only once, so an instance serves for one round: the rules may change after it. */
export class LearnableFiles {
  private readonly folders = new Map<string, Promise<IgnoreRules | LeftOutReason>>();

  /** @param root absolute path of the workspace folder */
  constructor(
    private readonly root: string,
    private readonly excludeGlobs: readonly string[],
  ) {}

  /**
   * @param path of a file, relative to the root, with `/`
   * @returns why the path rules out learning it; null when it does not
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
   * The regular files at or below a path that their paths do not rule out; links are not followed.
   * @param path relative to the root, with `/`; '' is the root
   * @param withContents false yields at most the path itself, and nothing when it is a folder
   */
  async *below(path: string, withContents = true): AsyncGenerator<string> {
    // A build may write thousands of files into a folder that is passed over; none of them is looked up on disk.
    if (!(await this.isPassedOver(path)) && !(await isBehindLink(this.root, path))) {
      yield* this.allBelow(path, withContents);
    }
  }

  private async *allBelow(path: string, withContents: boolean): AsyncGenerator<string> {
    const place = join(this.root, path);
    // A file that has vanished or may not be read is left out, as in a scan.
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
        yield* this.allBelow(folder + composedName(name), true);
      }
    }
  }

  /**
   * The rules that apply in a folder, or the reason why it is passed over.
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
 * Why a file that was just saved is not learned.
 * @param root absolute path of the workspace folder
 * @param path of the file, relative to the root, with `/`
 * @returns null when nothing rules out learning it
 */
export async function reasonNotToLearn(
  root: string,
  path: string,
  text: string,
  excludeGlobs: readonly string[],
): Promise<LeftOutReason | null> {
  const reason =
    (await new LearnableFiles(root, excludeGlobs).reasonByPath(path)) ?? leftOutByText(path, text);
  return reason ?? ((await isBehindLink(root, path)) ? 'link' : null);
}

/** Whether the file itself, or a folder on the way to it, is a link: a scan does not follow it, or finds the text under its own name. */
async function isBehindLink(root: string, path: string): Promise<boolean> {
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
