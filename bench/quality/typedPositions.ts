/** What the search finds at every cursor that a simulated user may reach; one reading serves every eagerness. */
import { isProse, refusePlace } from '../../src/completion/cursorPlace';
import { DocumentReader } from '../../src/completion/documentReader';
import { textAroundCursor } from '../../src/completion/textAroundCursor';
import { createTrimmer } from '../../src/completion/trimToPlace';
import type { TypedStretch, TypedText } from '../../src/model/evaluate/typedStretches';
import { searchContinuations, type Continuation } from '../../src/model/generation/suggestionSearch';
import type { MixtureModel } from '../../src/model/mixtureModel';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { languageIdOf } from '../../src/terminal/languageId';

export interface TypedPosition {
  readonly file: TypedText;
  /** The cursor's offset in UTF-16 units. */
  readonly offset: number;
  readonly continuations: readonly Continuation[];
}

export interface ReadingOptions {
  /** Most characters below a stretch that are there while it is typed, and whether the model knows them; by default none. */
  readonly below?: { readonly characters: number; readonly isKnown: boolean };
  /** See `leastExplored`. */
  readonly minProbability: number;
  readonly maxNewTokens: number;
}

/** Reads as the generator does while each stretch is typed to its end; the gate learns from the typed text. */
export function* readTypedPositions(
  model: MixtureModel,
  tokenizer: Tokenizer,
  stretches: readonly TypedStretch[],
  options: ReadingOptions,
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

/** The search at a cursor that is still the end of its line. */
function continuationsAt(
  model: MixtureModel,
  tokenizer: Tokenizer,
  reader: DocumentReader,
  { file: { name, text }, to }: TypedStretch,
  offset: number,
  { below, ...options }: ReadingOptions,
): readonly Continuation[] {
  const languageId = languageIdOf(name);
  const document = textAroundCursor(name, languageId, offset, (start, end) =>
    text.slice(start, Math.min(end, offset)),
  );
  if (refusePlace(document) !== null) {
    return [];
  }
  const lineEnd = below === undefined ? -1 : text.indexOf('\n', to);
  const suffix = lineEnd < 0 ? '' : text.slice(lineEnd, lineEnd + below!.characters);
  const tail = reader.moveTo(document.uri, document.prefix, below?.isKnown === true ? suffix : '');
  const search = searchContinuations(model, tokenizer, tail, {
    ...options,
    stopAtLineEnd: true,
    stopAtSentenceEnd: isProse(languageId),
    allowed: createTrimmer({ ...document, suffix }),
  });
  let step = search.next();
  while (!step.done) {
    step = search.next();
  }
  return step.value.continuations;
}
