/** The files that the live model knows: all are read once in the background, then each again as it changes. */
import { createHash } from 'node:crypto';
import type { GeneratorClient } from '../completion/generatorClient';
import type { LearnFilesRequest } from '../protocol/generatorProtocol';
import type { PlannedFile } from '../protocol/trainerEvents';

/** Text sent to the generator at a time, in UTF-16 code units; small, so that a key pressed meanwhile is answered soon. */
const BATCH_CHARACTERS = 128 * 1024;
/**
 * Share of the limit on all files by which known files may grow beyond it: where the first reading has filled it, the first line
 * that another program adds to a file would otherwise have that forgotten.
 */
const GROWTH_SHARE = 1 / 8;

type LearnedFile = LearnFilesRequest['files'][number];

export interface LiveSource {
  /** The files that exist now. */
  plan(signal: AbortSignal): Promise<readonly PlannedFile[]>;
  uriOf(planned: PlannedFile): string;
  isOpen(uri: string): boolean;
  /** The text; null for a file that is gone or holds none. */
  read(planned: PlannedFile): Promise<string | null>;
}

interface KnownFile {
  /** In UTF-16 code units. */
  readonly length: number;
  readonly digest: string;
  /** Whether it was saved in VS Code, or open, when it was learned. */
  readonly recent: boolean;
}

/** Keeps only names, lengths and digests of files that were sent to the generator, which holds the texts. */
export class LiveFiles {
  private readonly known = new Map<string, KnownFile>();
  /** Files that were read but not yet sent to the generator. */
  private readonly unsent = new Map<string, LearnedFile>();
  private reading: AbortController | null = null;
  /** Whether a text was learned, of which suggestions that were made before know nothing. */
  private hasLearned = false;

  constructor(
    private readonly generator: Pick<GeneratorClient, 'learnFiles' | 'forgetSuggestions'>,
    private readonly log: (line: string) => void,
  ) {}

  /**
   * Learns all files that are not known yet, and forgets those that the plan no longer holds, unless the user has saved or opened
   * them: with another branch, the plan may hold other files within the same limit. A reading under way is given up for this one.
   * @throws Error when the files cannot be found or learned, or when this reading is itself given up
   */
  async readAll(source: LiveSource): Promise<void> {
    this.stop();
    const reading = new AbortController();
    this.reading = reading;
    const { signal } = reading;
    const started = performance.now();
    let characters = 0;
    let tokens = 0;
    const flush = async (): Promise<void> => {
      const batch = [...this.unsent.values()];
      this.unsent.clear();
      characters = 0;
      for (const file of batch) {
        this.known.set(file.uri, knownAs(file));
      }
      if (batch.length > 0) {
        tokens += (await this.generator.learnFiles(batch)).tokens;
        this.hasLearned = true;
      }
    };
    try {
      const knownBefore = [...this.known];
      const plan = await source.plan(signal);
      signal.throwIfAborted();
      const held = new Set(plan.map((planned) => source.uriOf(planned)));
      // First, so that the texts of two plans never lie in memory together; a file learned meanwhile may be newer than the plan.
      const gone = knownBefore.filter(
        ([uri, known]) =>
          !held.has(uri) && !known.recent && this.known.get(uri) === known && !source.isOpen(uri),
      );
      await this.forget(gone.map(([uri]) => uri));
      for (const planned of plan) {
        const text = await source.read(planned);
        signal.throwIfAborted();
        const uri = source.uriOf(planned);
        // A known file was learned before, or in a newer version when it was saved during this reading.
        if (text === null || this.known.has(uri)) {
          continue;
        }
        this.unsent.set(uri, { uri, text, recent: source.isOpen(uri) });
        characters += text.length;
        if (characters >= BATCH_CHARACTERS) {
          await flush();
        }
      }
      await flush();
    } finally {
      // Also where it is given up, as it has learned some.
      this.forgetOutdated();
    }
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    this.log(`Live model of the workspace in ${seconds} s: files ${this.known.size}, tokens ${tokens}.`);
  }

  /** Learns one file as it is now. What is suggested stays the same until {@link forgetOutdated}. */
  async learn(file: LearnedFile): Promise<void> {
    // A reading under way may hold an older version.
    this.unsent.delete(file.uri);
    if (this.isKnownAs(file) && this.known.get(file.uri)?.recent === file.recent) {
      return;
    }
    this.known.set(file.uri, knownAs(file));
    await this.generator.learnFiles([file]);
    this.hasLearned = true;
  }

  /** Lets no suggestion be served again that was made before what has been learned since: its place would be answered as if that were not so. */
  forgetOutdated(): void {
    if (this.hasLearned) {
      this.hasLearned = false;
      this.generator.forgetSuggestions();
    }
  }

  /** Whether the generator has learned exactly this text under this name. */
  isKnownAs({ uri, text }: LearnedFile): boolean {
    const known = this.known.get(uri);
    return known?.length === text.length && known.digest === digestOf(text);
  }

  /**
   * Whether a file, in place of what is known under its name, fits into a `limit` on all files, in UTF-16 code units. One that is no
   * longer than that always does, as the user's own saves may have passed the limit.
   */
  hasRoomFor({ uri, text }: LearnedFile, limit: number): boolean {
    const known = this.known.get(uri);
    const growth = text.length - (known?.length ?? 0);
    let total = growth;
    for (const { length } of this.known.values()) {
      total += length;
    }
    return growth <= 0 || total <= (known === undefined ? limit : (1 + GROWTH_SHARE) * limit);
  }

  /**
   * Forgets files, or all files below folders, however many are named, by looking at each known file once.
   * @param isKept whether a file below stays known all the same
   */
  async forgetBelow(uris: Iterable<string>, isKept: (uri: string) => boolean = () => false): Promise<void> {
    const gone = new Set(uris);
    const isBelow = (file: string): boolean => {
      for (let end = file.length; end > 0; end = file.lastIndexOf('/', end - 1)) {
        if (gone.has(file.slice(0, end))) {
          return true;
        }
      }
      return false;
    };
    await this.forget(
      [...this.unsent.keys(), ...this.known.keys()].filter((uri) => isBelow(uri) && !isKept(uri)),
    );
  }

  /** Forgets those of these files that are known. */
  async forget(uris: readonly string[]): Promise<void> {
    for (const uri of uris) {
      this.unsent.delete(uri);
    }
    const gone = uris.filter((uri) => this.known.delete(uri));
    if (gone.length > 0) {
      await this.generator.learnFiles(gone.map((uri) => ({ uri, text: '', recent: false })));
    }
  }

  /** Forgets files that changed rules now leave out; gives up a reading under way, as it follows the earlier rules. */
  async forgetIgnored(isIgnored: (uri: string) => Promise<boolean>): Promise<void> {
    this.stop();
    const ignored: string[] = [];
    for (const uri of [...this.known.keys()]) {
      if (await isIgnored(uri)) {
        ignored.push(uri);
      }
    }
    await this.forget(ignored);
  }

  /** Notes that the generator has lost all files, so that the next reading reads all of them. */
  lost(): void {
    this.stop();
    this.known.clear();
  }

  /** Gives up a reading under way. */
  stop(): void {
    this.reading?.abort();
    this.reading = null;
    this.unsent.clear();
  }
}

function knownAs({ text, recent }: LearnedFile): KnownFile {
  return { length: text.length, digest: digestOf(text), recent };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
