/** The file of a model that ended the generator's thread when it was opened, as it was then. It is not opened again unasked. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';

export interface FatalFile {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly bytes: number;
}

/** Null when there is no such file any more. */
export function fatalFile(path: string): FatalFile | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : { path, modified: found.mtimeMs, bytes: found.size };
}

/** For the user. */
export const fatalSentence = (path: string): string =>
  `${basename(path)} stopped the part of Understudy that writes suggestions when it was opened, so it is not opened again unasked. Choose it again to try it again.`;
