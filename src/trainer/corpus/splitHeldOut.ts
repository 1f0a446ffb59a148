/** Which texts are kept from training, so that before and after can be compared honestly. */
import { createHash } from 'node:crypto';
import type { TextFile } from './scanFolders';

/** A stretch of a file, as shares of its tokens: from (included) to (excluded), 0 to 1. */
export interface FilePart {
  readonly file: TextFile;
  readonly from: number;
  readonly to: number;
}

interface HeldOutSplit {
  readonly train: readonly FilePart[];
  readonly heldOut: readonly FilePart[];
}

/** Of all text, and of a file that is held out in part. */
export const HELD_OUT_SHARE = 0.1;
/** Files are not held out whole when that would keep more than this from training. */
const LARGEST_SHARE = 0.2;
/** Below this share the held-out files say too little. */
const SMALLEST_SHARE = 0.03;

/**
 * Holds out whole files, about a tenth of the bytes, chosen by a hash of path and seed, so that a later
 * training of the same folder with a few more files holds out mostly the same ones. Where files are too few
 * and too large for that, the last tenth of the largest ones (of a single file: of it) is held out as well
 * or instead.
 * @param learned files that the model to be measured has been trained on: they are held out only where there are no others
 */
export function splitHeldOut(
  files: readonly TextFile[],
  seed: number,
  learned: ReadonlySet<TextFile> = new Set(),
): HeldOutSplit {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const wholeFiles = files.length > 1 ? chooseWholeFiles(files, total, seed, learned) : new Set<TextFile>();
  let heldOutBytes = 0;
  for (const { bytes } of wholeFiles) {
    heldOutBytes += bytes;
  }
  const train: FilePart[] = [];
  const heldOut: FilePart[] = [];
  const tails = heldOutBytes < SMALLEST_SHARE * total;
  for (const file of files) {
    const isLarge = file.bytes > HELD_OUT_SHARE * total;
    if (wholeFiles.has(file)) {
      heldOut.push({ file, from: 0, to: 1 });
    } else if (tails && isLarge) {
      train.push({ file, from: 0, to: 1 - HELD_OUT_SHARE });
      heldOut.push({ file, from: 1 - HELD_OUT_SHARE, to: 1 });
    } else {
      train.push({ file, from: 0, to: 1 });
    }
  }
  return { train, heldOut };
}

function chooseWholeFiles(
  files: readonly TextFile[],
  total: number,
  seed: number,
  learned: ReadonlySet<TextFile>,
): Set<TextFile> {
  const chosen = new Set<TextFile>();
  let bytes = 0;
  const unlearned = files.filter((file) => !learned.has(file));
  const others = files.filter((file) => learned.has(file));
  for (const file of [...unlearned.toSorted(byHash(seed)), ...others.toSorted(byHash(seed))]) {
    if (bytes >= HELD_OUT_SHARE * total) {
      break;
    }
    if (bytes + file.bytes <= 1.25 * HELD_OUT_SHARE * total) {
      chosen.add(file);
      bytes += file.bytes;
    }
  }
  if (chosen.size === 0) {
    const smallest = (unlearned.length > 0 ? unlearned : files).reduce((least, file) =>
      file.bytes < least.bytes ? file : least,
    );
    if (smallest.bytes <= LARGEST_SHARE * total) {
      chosen.add(smallest);
    }
  }
  return chosen;
}

function byHash(seed: number): (a: TextFile, b: TextFile) => number {
  const keys = new Map<TextFile, string>();
  const key = (file: TextFile) => {
    const known = keys.get(file) ?? createHash('sha256').update(`${seed}\n${file.path}`).digest('hex');
    keys.set(file, known);
    return known;
  };
  return (a, b) => (key(a) < key(b) ? -1 : 1);
}
