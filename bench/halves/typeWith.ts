/** Keys that one mixture's ghost text saves, and how long each suggestion takes, including the wait for the half. */
import { completeDocument } from '../../src/completion/completeDocument';
import { DocumentReader } from '../../src/completion/documentReader';
import { textAroundCursor } from '../../src/completion/textAroundCursor';
import { simulateTyping } from '../../src/model/evaluate/keystrokes';
import type { TypedStretch } from '../../src/model/evaluate/typedStretches';
import type { Mixture } from '../../src/model/mixture/mixture';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { languageIdOf } from '../../src/terminal/languageId';
import { median } from '../median';

export interface Typed {
  readonly savedShare: number;
  /** Median time of a new suggestion; text typed as suggested needs none. */
  readonly milliseconds: number;
}

export async function typeWith(
  mix: Mixture,
  tokenizer: Tokenizer,
  stretches: readonly TypedStretch[],
): Promise<Typed> {
  const reader = new DocumentReader(mix, tokenizer);
  const times: number[] = [];
  let shown = { prefix: '', text: '' };
  const { savedShare } = await simulateTyping(stretches, async ({ name }, prefix) => {
    const typed = prefix.startsWith(shown.prefix) ? prefix.slice(shown.prefix.length) : null;
    if (typed !== null && typed.length < shown.text.length && shown.text.startsWith(typed)) {
      return shown.text.slice(typed.length);
    }
    const start = performance.now();
    const work = completeDocument(mix, tokenizer, reader, {
      document: textAroundCursor(name, languageIdOf(name), prefix.length, (from, to) =>
        prefix.slice(from, to),
      ),
      multiline: false,
      eagerness: 0.5,
      maxNewTokens: 32,
      isPatient: true,
    });
    let step = work.next();
    while (step.done !== true) {
      await step.value;
      step = work.next();
    }
    times.push(performance.now() - start);
    shown = { prefix, text: step.value.insertText };
    return shown.text;
  });
  mix.workspace.openDocument(null);
  return { savedShare, milliseconds: median(times) ?? NaN };
}
