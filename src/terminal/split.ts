/** The files of a folder to train on and to measure on, as a `split.json` names them. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import * as v from 'valibot';
import { decodeText } from '../trainer/corpus/decodeText';
import { readFileText } from '../trainer/corpus/fileText';
import { LEFT_OUT_REASONS, type LeftOutReason } from '../trainer/corpus/leftOutReason';
import { splitHeldOut, type FilePart } from '../trainer/corpus/splitHeldOut';
import { isFolder } from '../trainer/isFolder';
import { realPath } from '../trainer/realPath';
import { formatBytes } from './progressLine';

interface Split {
  /** Relative to the folder, with `/`; no path stands in both. */
  readonly train: readonly string[];
  readonly test: readonly string[];
}

export interface FileText {
  readonly path: string;
  readonly text: string;
  /** In UTF-8. */
  readonly bytes: number;
}

const paths = v.pipe(v.array(v.string()), v.minLength(1));
const splitSchema = v.object({ train: paths, test: paths });

/** Longer files are no text that a person wrote. */
const MAX_FILE_BYTES = 64_000_000;

/** The file that `--split` names: relative to the current folder, or else to the folder that is measured. */
export function splitPlace(given: string, folder: string): string {
  const [here, there] = [resolve(given), resolve(folder, given)];
  return !existsSync(here) && existsSync(there) ? there : here;
}

/**
 * @param folder that the paths are below, absolute
 * @throws Error whose message is for the user
 */
export async function readSplit(path: string, folder = dirname(path)): Promise<Split> {
  let content: unknown;
  try {
    // PowerShell writes UTF-16, or a mark before UTF-8.
    const decoded = decodeText(await readFile(path));
    content = JSON.parse(decoded.kind === 'text' ? decoded.text : '');
  } catch (error) {
    // The parser tells the place, which nobody finds in thousands of paths, and may quote lines of the file.
    const why =
      error instanceof SyntaxError
        ? `it is not JSON (${error.message.replace(/\s+/g, ' ')})`
        : 'it cannot be read; check that it is there';
    throw new Error(`The split ${path} cannot be used: ${why}.`, { cause: error });
  }
  const parsed = v.safeParse(splitSchema, content);
  if (!parsed.success) {
    throw new Error(
      `The split ${path} cannot be used: it needs "train" and "test", each a list of paths that is not empty.`,
    );
  }
  const listOf = new Map<string, 'train' | 'test'>();
  const plain = async (list: 'train' | 'test') => {
    const plainPaths: string[] = [];
    for (const file of parsed.output[list]) {
      const below = await pathBelow(folder, resolve(folder, asWrittenHere(folder, file)));
      if (below === null) {
        throw new Error(`The split ${path} cannot be used: "${file}" is not a path below the folder.`);
      }
      const other = listOf.get(below);
      if (other !== undefined) {
        const where =
          other === list
            ? `twice in "${list}"; name it once`
            : 'in "train" and in "test", so the score would mean nothing';
        throw new Error(`The split ${path} cannot be used: "${file}" stands ${where}.`);
      }
      listOf.set(below, list);
      plainPaths.push(below.replaceAll(sep, '/'));
    }
    return plainPaths;
  };
  return { train: await plain('train'), test: await plain('test') };
}

/** From the folder on, also where one of the two is given through a link, such as macOS's `/tmp`; null for a path that is not below. */
async function pathBelow(folder: string, path: string): Promise<string | null> {
  const asGiven = relative(folder, path);
  if (!isAbsolute(asGiven) && asGiven !== '' && asGiven.split(sep)[0] !== '..') {
    return asGiven;
  }
  const real = await realPath(folder).catch(() => folder);
  for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
    if ((await realPath(above).catch(() => null)) === real) {
      return relative(above, path);
    }
  }
  return null;
}

/** A split that was written on Windows divides its paths by `\\`, which elsewhere may stand in a name. */
function asWrittenHere(folder: string, file: string): string {
  const withSlashes = file.replaceAll('\\', '/');
  return !existsSync(resolve(folder, file)) && existsSync(resolve(folder, withSlashes)) ? withSlashes : file;
}

/**
 * Texts of the files named, in the order given.
 * @throws Error whose message names the file that cannot be read as text, or not as a whole: a score over less would mislead
 */
export async function readTexts(folder: string, files: readonly string[]): Promise<FileText[]> {
  const texts: FileText[] = [];
  for (const path of files) {
    const read = await readFileText(join(folder, path), MAX_FILE_BYTES);
    if (read.kind === 'leftOut' || read.truncated) {
      const why =
        read.kind === 'leftOut'
          ? await whyUnusable(join(folder, path), read.reason)
          : `it is larger than ${formatBytes(MAX_FILE_BYTES)}; divide it into smaller files`;
      throw new Error(`${join(folder, path)} is named in the split but cannot be used: ${why}.`);
    }
    texts.push({ path, text: read.text, bytes: Buffer.byteLength(read.text) });
  }
  return texts;
}

async function whyUnusable(path: string, reason: LeftOutReason): Promise<string> {
  if (reason === 'vanished') {
    return 'it is not there; each path of a split names one file, from the folder on';
  }
  return (await isFolder(path)) ? 'it is a folder; name its files instead' : LEFT_OUT_REASONS[reason];
}

/**
 * Divides the training files into those that are trained on and those that decide which network is kept, so that the test files
 * decide nothing. A large file that is in both lists is held out in part.
 */
export function holdOutFromTraining(
  folder: string,
  files: readonly FileText[],
  seed: number,
): { train: string[]; heldOut: string[] } {
  const candidates = files.map(({ path, bytes }) => ({ root: folder, path, bytes }));
  const { train, heldOut } = splitHeldOut(candidates, seed);
  const pathsOf = (parts: readonly FilePart[]) => parts.map(({ file }) => file.path);
  return { train: pathsOf(train), heldOut: pathsOf(heldOut) };
}
