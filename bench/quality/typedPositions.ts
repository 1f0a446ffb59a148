/** What the search finds at every cursor that a simulated user may reach; one reading serves every eagerness. */
import { isProse, refusePlace, restOfLine, textToJoin } from '../../src/completion/cursorPlace';
import { DocumentReader } from '../../src/completion/documentReader';
import { textAroundCursor } from '../../src/completion/textAroundCursor';
import { createTrimmer } from '../../src/completion/trimToPlace';
import type { TypedStretch, TypedText } from '../../src/model/evaluate/typedStretches';
import { costOfWrong } from '../../src/model/generation/expectedSaving';
import {
  joined,
  leastExplored,
  searchContinuations,
  type Continuation,
} from '../../src/model/generation/suggestionSearch';
import type { MixtureModel } from '../../src/model/mixtureModel';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { DEFAULT_KEYSTROKES } from '../../src/terminal/keystrokeScore';
import { languageIdOf } from '../../src/terminal/languageId';
import { toItsEnd } from '../../test/support/toItsEnd';

export interface TypedPosition {
  readonly file: TypedText;
  /** The cursor's offset in UTF-16 units. */
  readonly offset: number;
  readonly continuations: readonly Continuation[];
}

export interface StretchBefore extends TypedStretch {
  /** What stands right of it while it is typed; by default nothing. */
  readonly after?: string;
}

export interface ReadingOptions {
  /** Whether the model knows the lines below the cursor's. */
  readonly isBelowKnown?: boolean;
  /** Whether suggestions have to join the text right of the cursor. */
  readonly isJoined?: boolean;
  /** Whether code may stand right of the cursor. */
  readonly midLineInCode?: boolean;
}

/** Reads as the generator does while each stretch is typed to its end; the gate learns from the typed text. */
export function* readTypedPositions(
  model: MixtureModel,
  tokenizer: Tokenizer,
  stretches: readonly StretchBefore[],
  options: ReadingOptions = {},
): Generator<TypedPosition> {
  const reader = new DocumentReader(model, tokenizer);
  for (const stretch of stretches) {
    const { file, from, to } = stretch;
    for (let offset = from; offset < to; offset += file.text.codePointAt(offset)! > 0xffff ? 2 : 1) {
      yield {
        file,
        offset,
        continuations: continuationsAt(model, tokenizer, reader, stretch, offset, options),
      };
      while (reader.learnTyped(1) > 0);
    }
  }
}

/** The search at a cursor in a stretch that ends there, but for what stands after it. */
function continuationsAt(
  model: MixtureModel,
  tokenizer: Tokenizer,
  reader: DocumentReader,
  { file: { name, text }, after = '' }: StretchBefore,
  offset: number,
  { isBelowKnown = false, isJoined = false, midLineInCode }: ReadingOptions,
): readonly Continuation[] {
  const languageId = languageIdOf(name);
  const document = {
    ...textAroundCursor(name, languageId, offset, (start, end) => text.slice(start, Math.min(end, offset))),
    suffix: after,
  };
  if (refusePlace(document, midLineInCode) !== null) {
    return [];
  }
  const tail = reader.moveTo(document.uri, document.prefix, isBelowKnown ? after : restOfLine(after));
  const found = toItsEnd(
    searchContinuations(model, tokenizer, tail, {
      minProbability: leastExplored(costOfWrong(1, 'prose')),
      maxNewTokens: DEFAULT_KEYSTROKES.maxNewTokens,
      stopAtLineEnd: true,
      stopAtSentenceEnd: isProse(languageId),
      allowed: createTrimmer(document),
    }),
  );
  const right = isJoined ? textToJoin(document) : '';
  return toItsEnd(joined(model, tokenizer, tail, found.continuations, { right }));
}
