/** Opens the language-model half that the user chose. */
import type { Expert } from '../../model/expert';
import type { Tokenizer } from '../../model/tokenizer/tokenizer';
import type { HalfChoice, HalfStatus } from '../../protocol/generatorProtocol';

export interface OpenedHalf {
  /** Over the shared vocabulary. */
  readonly expert: Expert;
  /** What was opened and what of it is only approximate, in one line. */
  readonly description: string;
}

/**
 * @param onStatus told when the opened half goes away or answers again
 * @throws Error with one sentence that names the model and says what to do, by rejecting
 */
type OpenHalf = (
  choice: HalfChoice,
  tokenizer: Tokenizer,
  onStatus: (status: HalfStatus) => void,
) => Promise<OpenedHalf>;

export const openHalf: OpenHalf = ({ kind }) =>
  Promise.reject(
    new Error(`A language model of the kind "${kind}" cannot be opened by this version of Understudy.`),
  );
