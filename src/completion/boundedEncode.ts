/**
 * The regular expressions and replacements of a `tokenizer.json` come from its author, and catastrophic backtracking, or a letter that is
 * doubled thirty times, would block the thread.
 * Encoding is ended after {@link LONGEST} milliseconds; an encoder that hung or threw is not tried again.
 */
import { libraryFault } from '../model/tokenizer/libraryTokenizer';
import { inTime } from '../protocol/inTime';

/** Token ids of a text. */
type Encode<Options extends unknown[]> = (text: string, ...options: Options) => readonly number[];

interface BoundedEncode<Options extends unknown[]> {
  /** For opening the tokenizer. @throws Error with one sentence when it hangs or throws */
  readonly attempt: Encode<Options>;
  /** Returns no tokens once it has hung or thrown. */
  readonly encode: Encode<Options>;
  readonly hasHung: () => boolean;
}

/** In milliseconds. A piece of text takes well under one; the rest allows for a busy machine. */
const LONGEST = 1000;

/**
 * @param name of the tokenizer's file
 * @param onHung called once, with a sentence, when {@link BoundedEncode.encode} has hung or thrown
 * @param mayHang false where it is known to end, so that a slow machine is not taken for a hang
 */
export function boundedEncode<Options extends unknown[]>(
  name: string,
  encode: Encode<Options>,
  onHung: (sentence: string) => void,
  mayHang = true,
): BoundedEncode<Options> {
  let hasHung = false;
  const attempt: Encode<Options> = (text, ...options) => {
    let ids: readonly number[] = [];
    const work = (): void => {
      ids = encode(text, ...options);
    };
    let isInTime = true;
    try {
      if (mayHang) {
        isInTime = inTime(LONGEST, work);
      } else {
        work();
      }
    } catch (error) {
      throw new Error(
        `A piece of text cannot be cut into tokens by ${name} (${libraryFault(error)}), so the model is not asked any more. Choose another one, or repair that file.`,
        { cause: error },
      );
    }
    if (!isInTime) {
      throw new Error(
        `A regular expression in ${name} did not finish on a piece of text, so the model is not asked any more. Choose another one, or repair that file.`,
      );
    }
    return ids;
  };
  return {
    attempt,
    encode: (text, ...options) => {
      try {
        return hasHung ? [] : attempt(text, ...options);
      } catch (error) {
        hasHung = true;
        onHung((error as Error).message);
        return [];
      }
    },
    hasHung: () => hasHung,
  };
}
