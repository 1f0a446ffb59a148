/** Follows changes of the ignore rules: files that they now leave out are forgotten, and files that they now allow are read. */
import { LearnableFiles, type FilePlace } from './learnableFile';
import type { LiveFiles } from './liveFiles';

interface ChangedRulesOptions {
  /** Milliseconds within which changes are gathered. */
  readonly gatherFor: number;
  excludeGlobs(): readonly string[];
  /** The place of a document by its URI; null when it lies in no folder that is read. */
  placeOf(uri: string): FilePlace | null;
  /** Requests a reading of all files that are not known yet. */
  readonly readAgain: () => void;
  readonly onError: (error: unknown) => void;
}

export class ChangedRules {
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly files: Pick<LiveFiles, 'forgetIgnored'>,
    private readonly options: ChangedRulesOptions,
  ) {}

  /** Notes that a file of rules, or a setting that holds some, may have changed. */
  note(): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.forgetIgnored().then(this.options.readAgain, this.options.onError);
    }, this.options.gatherFor);
  }

  /** Forgets known files that the rules now leave out. */
  async forgetIgnored(): Promise<void> {
    const learnable = new LearnableFiles(this.options.excludeGlobs());
    await this.files.forgetIgnored(async (uri) => {
      const place = this.options.placeOf(uri);
      return place !== null && (await learnable.judge(place)).reason !== null;
    });
  }

  dispose(): void {
    clearTimeout(this.timer ?? undefined);
  }
}
