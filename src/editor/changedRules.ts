/** Follows changes of the ignore rules: files that they now leave out are forgotten, and files that they now allow are read. */
import { join } from 'node:path';
import { isRuleFile } from '../trainer/corpus/ignoreRules';
import { LearnableFiles, type FilePlace } from './learnableFile';
import type { LiveFiles } from './liveFiles';

interface ChangedRulesOptions {
  /** Milliseconds within which changes are gathered, to be handled together. */
  readonly gatherFor: number;
  excludeGlobs(): readonly string[];
  /** The place of a document by its URI; null when it lies in no folder that is read. */
  placeOf(uri: string): FilePlace | null;
  /** Requests a reading of all files that are not known yet. */
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

  /** Notes a file that was created, changed or deleted; does nothing unless it is a rule file. */
  add(file: FilePlace): void {
    if (isRuleFile(file.path)) {
      this.waiting.set(join(file.root, file.path), file);
      this.schedule();
    }
  }

  /** Notes a change of settings, or of rules that lie above the folders. */
  addAll(): void {
    this.concernsAll = true;
    this.schedule();
  }

  /** Forgets known files that the rules now leave out. */
  async forgetIgnored(): Promise<void> {
    const learnable = new LearnableFiles(this.options.excludeGlobs());
    await this.files.forgetIgnored(async (uri) => {
      const place = this.options.placeOf(uri);
      return place !== null && (await learnable.reasonByPath(place)) !== null;
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

  /** Whether any of these rule files applies: packages bring rules of their own into folders that are passed over. */
  private async anyHolds(changed: readonly FilePlace[]): Promise<boolean> {
    const learnable = new LearnableFiles(this.options.excludeGlobs());
    for (const place of changed) {
      if (place.path.startsWith('.git/') || !(await learnable.isPassedOver(place))) {
        return true;
      }
    }
    return false;
  }
}
