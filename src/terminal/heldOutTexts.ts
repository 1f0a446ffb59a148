/** Divides the texts of a planned training: what the live workspace model may know, and what is only measured on. */
import { join } from 'node:path';
import type { TrainingPlan } from '../protocol/trainerEvents';
import { readFileText } from '../trainer/corpus/fileText';
import { MAX_FILE_BYTES } from '../trainer/corpus/scanFolders';
import type { ScoredTexts } from './textScores';
import { fileUri, type WorkspaceFile } from './workspaceTexts';

/** A part of a file is held out by tokens, not characters, so only this share of it is surely unseen. */
const SURE_SHARE = 0.9;

/**
 * A file that is held out in part is on both sides, as two documents; one that is gone by now is on neither.
 * @param maxTestCharacters of all test texts together; the rest is left out
 * @throws Error whose message is for the user, when nothing that was held out can be read any more
 */
export async function heldOutTexts(plan: TrainingPlan, maxTestCharacters: number): Promise<ScoredTexts> {
  const known: WorkspaceFile[] = [];
  const test: WorkspaceFile[] = [];
  let left = maxTestCharacters;
  for (const { root, path, heldOutShare } of plan.files) {
    // As much of it as the training has read.
    const read = await readFileText(join(root, path), MAX_FILE_BYTES);
    if (read.kind === 'leftOut') {
      continue;
    }
    const { text } = read;
    const uri = fileUri(root, path);
    const cut = cutAtLine(text, (1 - heldOutShare) * text.length);
    const sure = cutAtLine(text, (1 - SURE_SHARE * heldOutShare) * text.length);
    if (cut > 0) {
      known.push({ uri, text: text.slice(0, cut), recent: false });
    }
    if (heldOutShare > 0 && left > 0) {
      const unseen = text.slice(heldOutShare === 1 ? 0 : sure).slice(0, left);
      left -= unseen.length;
      test.push({ uri: heldOutShare === 1 ? uri : `${uri}#held-out`, text: unseen, recent: false });
    }
  }
  if (test.length === 0) {
    throw new Error(
      'The texts that were kept aside cannot be read any more, so there is nothing to show ghost text in; what was trained is kept.',
    );
  }
  return { known, test };
}

/**
 * The start of the first line at or after an offset. A paragraph may be the last line, and the only one: in it, that of the first word
 * there, or else of the first character.
 */
function cutAtLine(text: string, offset: number): number {
  const start = Math.ceil(offset);
  if (start === 0) {
    return 0;
  }
  const line = text.indexOf('\n', start - 1) + 1;
  if (line > 0 && text.slice(line).trim() !== '') {
    return line;
  }
  const word = text.slice(start).search(/(?<=\s)\S/);
  const cut = word === -1 ? start : start + word;
  const splitsPair = text.codePointAt(cut - 1)! > 0xffff;
  return splitsPair ? cut + 1 : cut;
}
