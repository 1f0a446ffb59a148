import type { WorkspaceText } from '../model/mixtureModel';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import type { LearnFilesRequest } from '../protocol/generatorProtocol';

/** UTF-16 units encoded between two chances for other work: a millisecond or two. */
const SLICE = 1 << 14;

/** Replaces what the live model knows of some files, and returns how many tokens they have. Yields after each slice of work. */
export function* learnFiles(
  workspace: WorkspaceText,
  tokenizer: Tokenizer,
  files: LearnFilesRequest['files'],
): Generator<undefined, number> {
  let tokens = 0;
  for (const { uri, text, recent } of files) {
    const parts: Int32Array[] = [];
    for (let start = 0; start < text.length;) {
      const end = endOfSlice(text, start);
      parts.push(tokenizer.encode(text.slice(start, end)));
      start = end;
      yield;
    }
    const all = concatenate(parts);
    workspace.learnFile(uri, all, recent);
    tokens += all.length;
    yield;
  }
  return tokens;
}

/**
 * Where the slice ends: after its last line break that a line's text follows, since no token crosses that; in an enormous line,
 * between any two characters.
 */
function endOfSlice(text: string, start: number): number {
  const end = start + SLICE;
  if (end >= text.length) {
    return text.length;
  }
  for (let at = end; at > start; at = text.lastIndexOf('\n', at - 1)) {
    if (text[at] === '\n' && !/[\r\n]/.test(text.charAt(at + 1))) {
      return at + 1;
    }
  }
  const isHalfPair = text.codePointAt(end - 1)! > 0xffff;
  return isHalfPair ? end + 1 : end;
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
