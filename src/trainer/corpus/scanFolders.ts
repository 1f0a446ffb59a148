/** Which texts of some folders are learned from, and why each other file is left out. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { realPath } from '../realPath';
import { leftOutByName } from './fileNameRules';
import { readFileText, type FileReading } from './fileText';
import { composedName, typeOf } from './folderEntry';
import { IgnoreRules, isTakenBack } from './ignoreRules';
import type { LeftOut, LeftOutReason } from './leftOutReason';
import { NearDuplicates } from './nearDuplicates';
import { leftOutByText } from './textRules';

export interface ScanOptions {
  /** VS Code's `files.exclude` and `search.exclude` globs that are on. */
  readonly excludeGlobs?: readonly string[];
  /** By folder, the encoding of its files that are not in Unicode; see {@link decodeText}. */
  readonly oldEncodings?: readonly string[];
  /** Files found after this many bytes of text are left out; default 50 MB. */
  readonly maxTotalBytes?: number;
  /** Receives each text as it is found, and when its file was last changed (ms since 1970); the scan itself keeps none. */
  readonly onText?: (file: TextFile, text: string, modified: number) => void;
  readonly onProgress?: (progress: ScanProgress) => void;
}

export interface TextFile {
  /** Absolute root folder. */
  readonly root: string;
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Of the text in UTF-8, as it is learned. */
  readonly bytes: number;
}

export interface ScanProgress {
  readonly files: number;
  readonly bytes: number;
  readonly leftOut: number;
}

export interface ScanResult {
  readonly files: readonly TextFile[];
  /** A file that is read in part stands here too, with `restOverFileLimit`. */
  readonly leftOut: readonly LeftOut[];
  readonly bytes: number;
}

/** Of a longer file, the lines that end before this are read. */
export const MAX_FILE_BYTES = 2 * 1024 * 1024;
export const DEFAULT_MAX_TOTAL_BYTES = 50 * 1024 * 1024;
/** Files opened together; their texts are looked at in order, so the result does not depend on timing. */
const READ_AHEAD = 16;

/**
 * Walks the folders in the order given, entries by name, and reads each text at most once; what lies in a folder inside another is
 * read with the inner one, to which VS Code counts it.
 * @param folders absolute paths
 * @throws when a root folder cannot be read, or the signal's reason when it aborts
 */
export async function scanFolders(
  folders: readonly string[],
  options: ScanOptions = {},
  signal?: AbortSignal,
): Promise<ScanResult> {
  const scan = new Scan(options);
  const roots = new Map<string, string>();
  for (const [i, folder] of folders.entries()) {
    roots.set(await realRoot(folder), options.oldEncodings?.[i] ?? '');
  }
  for (const [root, oldEncoding] of roots) {
    const rules = await IgnoreRules.forRoot(root, options.excludeGlobs ?? []);
    let waiting: WalkedFile[] = [];
    for await (const file of walk(root, '', rules, roots, scan.leaveOut, signal)) {
      waiting.push(file);
      if (waiting.length === READ_AHEAD) {
        await scan.take(root, oldEncoding, waiting, signal);
        waiting = [];
      }
    }
    await scan.take(root, oldEncoding, waiting, signal);
  }
  return scan.result();
}

/** @throws Error whose message is for the user, when that is no folder that can be opened */
export async function realRoot(folder: string): Promise<string> {
  try {
    const root = await realPath(folder);
    if ((await stat(root)).isDirectory()) {
      return root;
    }
  } catch (error) {
    throw new Error(`The folder ${folder} cannot be read; check that it exists and that you may open it.`, {
      cause: error,
    });
  }
  throw new Error(`${folder} is not a folder; give a folder to learn from.`);
}

type LeaveOut = (root: string, path: string, reason: LeftOutReason) => void;

interface WalkedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Whether .understudyignore names this very file; see {@link leftOutByText}. */
  readonly isNamed: boolean;
}

/** A file, or a folder with the rules that hold in it. */
interface Kept extends WalkedFile {
  readonly rulesInside: (() => Promise<IgnoreRules>) | null;
}

/**
 * The ordinary files in a folder of a root, outside other roots, that no rule or name leaves out. Links are not followed.
 * @param folder relative to the root, '' or ending in '/'
 * @param rules that hold in it
 */
export async function* walk(
  root: string,
  folder: string,
  rules: IgnoreRules,
  roots: ReadonlyMap<string, string> = new Map(),
  leaveOut: LeaveOut = () => undefined,
  signal?: AbortSignal,
): AsyncGenerator<WalkedFile> {
  // Not by recursion: a program that copies a folder into itself may make more levels than calls can be nested.
  const waiting: Kept[] = [{ path: folder, isNamed: false, rulesInside: () => Promise.resolve(rules) }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.rulesInside === null) {
      yield next;
      continue;
    }
    const kept = await keptIn(root, next.path, await next.rulesInside(), roots, leaveOut, signal);
    for (const entry of kept.reverse()) {
      waiting.push(entry);
    }
  }
}

/** The entries of a folder that no rule or name leaves out, by name. */
async function keptIn(
  root: string,
  folder: string,
  rules: IgnoreRules,
  roots: ReadonlyMap<string, string>,
  leaveOut: LeaveOut,
  signal: AbortSignal | undefined,
): Promise<Kept[]> {
  let entries;
  try {
    entries = await readdir(join(root, folder), { withFileTypes: true });
  } catch {
    leaveOut(root, folder, 'unreadable');
    return [];
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const found: string[] = [];
  for (const entry of entries) {
    signal?.throwIfAborted();
    const place = join(root, folder, entry.name);
    if (roots.has(place)) {
      continue;
    }
    const type = await typeOf(entry, place);
    const isFolder = type.isDirectory();
    const path = `${folder}${composedName(entry.name)}${isFolder ? '/' : ''}`;
    if (type.isSymbolicLink() || !(isFolder || type.isFile())) {
      leaveOut(root, path, type.isSymbolicLink() ? 'link' : 'specialFile');
      continue;
    }
    found.push(path);
  }
  const kept: Kept[] = [];
  for (const [i, decision] of rules.decideAll(found).entries()) {
    const path = found[i];
    const isFolder = path.endsWith('/');
    const reason = (isTakenBack(decision) ? null : decision) ?? (isFolder ? null : leftOutByName(path));
    if (reason !== null) {
      leaveOut(root, path, reason);
    } else {
      const rulesInside = isFolder ? () => rules.enter(path, isTakenBack(decision)) : null;
      kept.push({ path, isNamed: decision === 'named', rulesInside });
    }
  }
  return kept;
}

class Scan {
  private readonly files: TextFile[] = [];
  private readonly leftOut: LeftOut[] = [];
  private readonly duplicates = new NearDuplicates();
  private readonly maxTotalBytes: number;
  private bytes = 0;
  private full = false;

  constructor(private readonly options: ScanOptions) {
    this.maxTotalBytes = options.maxTotalBytes ?? DEFAULT_MAX_TOTAL_BYTES;
  }

  readonly leaveOut = (root: string, path: string, reason: LeftOutReason): void => {
    this.leftOut.push({ root, path, reason });
  };

  async take(
    root: string,
    oldEncoding: string,
    files: readonly WalkedFile[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    const read = await Promise.all(
      files.map(async ({ path }): Promise<FileReading> =>
        this.full
          ? { kind: 'leftOut', reason: 'overTotalLimit' }
          : readFileText(join(root, path), MAX_FILE_BYTES, oldEncoding),
      ),
    );
    for (const [i, file] of read.entries()) {
      signal?.throwIfAborted();
      this.judge(root, files[i], file);
    }
    this.options.onProgress?.({
      files: this.files.length,
      bytes: this.bytes,
      leftOut: this.leftOut.length,
    });
  }

  private judge(root: string, { path, isNamed }: WalkedFile, read: FileReading): void {
    if (read.kind === 'leftOut') {
      this.leaveOut(root, path, read.reason);
      return;
    }
    const { text, truncated, modified } = read;
    const reason =
      leftOutByText(path, text, isNamed) ?? (this.duplicates.seenBefore(text) ? 'duplicate' : null);
    if (reason !== null) {
      this.leaveOut(root, path, reason);
      return;
    }
    const bytes = Buffer.byteLength(text);
    if (this.full || this.bytes + bytes > this.maxTotalBytes) {
      this.full = true;
      this.leaveOut(root, path, 'overTotalLimit');
      return;
    }
    const file = { root, path, bytes };
    this.bytes += bytes;
    this.files.push(file);
    if (truncated) {
      this.leaveOut(root, path, 'restOverFileLimit');
    }
    this.options.onText?.(file, text, modified);
  }

  result(): ScanResult {
    return { files: this.files, leftOut: this.leftOut, bytes: this.bytes };
  }
}
