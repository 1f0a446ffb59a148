/**
 * The regular expressions of a `tokenizer.json` are its author's, and one that backtracks without end would hold the thread without end.
 * Encoding by them is ended after {@link LONGEST} milliseconds, and not tried again; nor is one that throws.
 */
import { createContext, Script } from 'node:vm';
import { libraryFault } from '../model/tokenizer/libraryTokenizer';

/** Token ids of a text. */
type Encode<Options extends unknown[]> = (text: string, ...options: Options) => readonly number[];

export interface BoundedEncode<Options extends unknown[]> {
  /** Gives nothing once it has hung or thrown. */
  readonly encode: Encode<Options>;
  readonly hasHung: () => boolean;
}

/** A stretch of text takes well under a millisecond; the rest is for a machine that has other things to do. */
const LONGEST = 1000;

/**
 * @param name of the tokenizer's file
 * @param onHung told once, in a sentence
 */
export function boundedEncode<Options extends unknown[]>(
  name: string,
  encode: Encode<Options>,
  onHung: (sentence: string) => void,
): BoundedEncode<Options> {
  let hasHung = false;
  let work = (): void => undefined;
  const script = new Script('work()');
  const context = createContext({
    work: () => {
      work();
    },
  });
  return {
    encode: (text, ...options) => {
      let ids: readonly number[] = [];
      work = () => {
        ids = encode(text, ...options);
      };
      try {
        if (!hasHung) {
          script.runInContext(context, { timeout: LONGEST });
        }
      } catch (error) {
        hasHung = true;
        onHung(
          (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
            ? `A regular expression in ${name} did not come to an end on a piece of text, so the model is not asked any more. Choose another one, or mend that file.`
            : `A piece of text cannot be cut into tokens by ${name} (${libraryFault(error)}), so the model is not asked any more. Choose another one, or mend that file.`,
        );
      }
      return ids;
    },
    hasHung: () => hasHung,
  };
}
