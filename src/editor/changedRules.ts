/** What is learned follows its rules: where they have changed, what they leave out now is forgotten, and what they do not is read. */
import { join } from 'node:path';
import { isRuleFile } from '../trainer/corpus/ignoreRules';
import { LearnableFiles } from './learnableFile';
import type { LiveFiles } from './liveFiles';

export interface FilePlace {
  /** Absolute path of the workspace folder. */
  readonly root: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
}

export interface ChangedRulesOptions {
  /** What happens within this time, in milliseconds, is looked at together. */
  readonly gatherFor: number;
  excludeGlobs(): readonly string[];
  /** Of a document by its name; null where it lies in no folder that is read. */
  placeOf(uri: string): FilePlace | null;
  /** Asks for all files to be read that are not known. */
  readAgain(): void;
  onError(error: unknown): void;
}

export class ChangedRules {
  private readonly waiting = new Map<string, FilePlace>();
  private concernsAll = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly files: Pick<LiveFiles, 'forgetIgnored'>,
    private readonly options: ChangedRulesOptions,
  ) {}

  /** A file that was created, changed or deleted; one without rules does nothing. */
  add(file: FilePlace): void {
    if (isRuleFile(file.path)) {
      this.waiting.set(join(file.root, file.path), file);
      this.schedule();
    }
  }

  /** Settings have changed, or rules that lie above the folders. */
  addAll(): void {
    this.concernsAll = true;
    this.schedule();
  }

  /** Forgets what is known and left out now. */
  async forgetIgnored(): Promise<void> {
    const learnable = this.learnable();
    await this.files.forgetIgnored(async (uri) => {
      const place = this.options.placeOf(uri);
      return place !== null && (await learnable(place.root).reasonByPath(place.path)) !== null;
    });
  }

  dispose(): void {
    clearTimeout(this.timer ?? undefined);
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => {
      void this.work();
    }, this.options.gatherFor);
  }

  private async work(): Promise<void> {
    const changed = [...this.waiting.values()];
    const { concernsAll } = this;
    this.waiting.clear();
    this.concernsAll = false;
    this.timer = null;
    try {
      if (concernsAll || (await this.anyHolds(changed))) {
        await this.forgetIgnored();
        this.options.readAgain();
      }
    } catch (error) {
      this.options.onError(error);
    }
  }

  /** Packages bring rules of their own into folders that are passed over. */
  private async anyHolds(changed: readonly FilePlace[]): Promise<boolean> {
    const learnable = this.learnable();
    for (const { root, path } of changed) {
      if (path.startsWith('.git/') || !(await learnable(root).isPassedOver(path))) {
        return true;
      }
    }
    return false;
  }

  /** Those of each folder with the rules as they are from now on. */
  private learnable(): (root: string) => LearnableFiles {
    const found = new Map<string, LearnableFiles>();
    const globs = this.options.excludeGlobs();
    return (root) => {
      const files = found.get(root) ?? new LearnableFiles(root, globs);
      found.set(root, files);
      return files;
    };
  }
}
