/** Follows changes of the ignore rules: files that they now leave out are forgotten, and files that they now allow are read. */
import { join } from 'node:path';
import { isRuleFile } from '../trainer/corpus/ignoreRules';
import { ChangeRounds, type RoundsOptions } from './changeRounds';
import { LearnableFiles, type FilePlace } from './learnableFile';
import type { LiveFiles } from './liveFiles';

interface ChangedRulesOptions extends RoundsOptions {
  excludeGlobs(): readonly string[];
  /** The place of a document by its URI; null when it lies in no folder that is read. */
  placeOf(uri: string): FilePlace | null;
  /** Requests a reading of all files that are not known yet. */
  readAgain(): void;
}

export class ChangedRules extends ChangeRounds<FilePlace> {
  constructor(
    private readonly files: Pick<LiveFiles, 'forgetIgnored'>,
    private readonly options: ChangedRulesOptions,
  ) {
    super(options);
  }

  /** Notes a file that was created, changed or deleted; does nothing unless it is a rule file. */
  add(file: FilePlace): void {
    if (isRuleFile(file.path)) {
      this.note(join(file.root, file.path), file);
    }
  }

  /** Forgets known files that the rules now leave out. */
  async forgetIgnored(): Promise<void> {
    const learnable = new LearnableFiles(this.options.excludeGlobs());
    await this.files.forgetIgnored(async (uri) => {
      const place = this.options.placeOf(uri);
      return place !== null && (await learnable.reasonByPath(place)) !== null;
    });
  }

  /** @param concernsAll as do settings, and rules that lie above the folders */
  protected async handle(changed: readonly FilePlace[], concernsAll: boolean): Promise<void> {
    if (concernsAll || (await this.anyHolds(changed))) {
      await this.forgetIgnored();
      this.options.readAgain();
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
