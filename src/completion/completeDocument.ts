import type { MixtureModel } from '../model/mixtureModel';
import { costOfWrong } from '../model/generation/expectedSaving';
import { patientTail, type Pause } from '../model/generation/pause';
import { searchSuggestion, type ChosenSuggestion } from '../model/generation/suggestionSearch';
import { UNKNOWN_TAKING } from '../model/generation/wordTaking';
import { wordEnds } from '../model/generation/wordUnits';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import {
  MOST_ALTERNATIVES,
  type CompletedResponse,
  type CompletionQuestion,
  type NoSuggestionReason,
} from '../protocol/generatorProtocol';
import { isProse, refusePlace, textKind, textToJoin } from './cursorPlace';
import type { DocumentReader } from './documentReader';
import type { OpenedMasked } from './masked/openMasked';
import { createTrimmer, reasonForNone } from './trimToPlace';

export type Completion = Omit<CompletedResponse, 'kind' | 'id' | 'isAsked' | 'isTypedAlong'>;

/**
 * The ghost text for a document at its cursor. Yields between the model's steps.
 * @param masked judges, when the question is patient, how well suggestions join the text right of the cursor, which else the model does
 */
export function* completeDocument(
  model: MixtureModel,
  tokenizer: Tokenizer,
  reader: DocumentReader,
  question: CompletionQuestion,
  masked: OpenedMasked | null = null,
): Generator<Pause, Completion> {
  const { document, multiline, eagerness, maxNewTokens, isPatient = false } = question;
  const refused = refusePlace(document, question.midLineInCode);
  if (refused !== null) {
    return nothing(refused);
  }
  const read = reader.moveTo(document.uri, document.prefix, document.suffix);
  const asksOthers = isPatient && document.isSecret !== true;
  const tail = asksOthers ? patientTail(model, read) : read;
  yield tail.prepare(tail.states);
  if (asksOthers) {
    yield* reader.learnWaitedFor(tail);
  }
  const trimToPlace = createTrimmer(document);
  const trim = (text: string) => withoutRefused(trimToPlace(text), question.refused ?? []);
  const right = textToJoin(document);
  const { longest, lineEnds, alternatives, ...chosen } = yield* searchSuggestion(model, tokenizer, tail, {
    cost: costOfWrong(eagerness, textKind(document.languageId)),
    confidenceShift: question.confidenceShift ?? 0,
    takesWords: question.takesWords ?? UNKNOWN_TAKING,
    maxNewTokens,
    stopAtLineEnd: !multiline,
    stopAtSentenceEnd: isProse(document.languageId),
    allowed: trim,
    right,
    ...(asksOthers &&
      masked !== null && {
        logJoins: (insertions: readonly string[]) => masked.logJoins(document.prefix, insertions, right),
      }),
    alternatives: question.isInvoked === true ? MOST_ALTERNATIVES : 0,
  });
  const [first, ...others] = chosen.text === '' ? alternatives : [chosen, ...alternatives];
  if (first !== undefined) {
    return completion(first, others);
  }
  if (lineEnds && !multiline) {
    return nothing('lineEnd');
  }
  return nothing(
    longest !== '' && trimToPlace(longest) === '' ? reasonForNone(document, longest) : 'lowConfidence',
  );
}

/** A refused text ends with the wrong word; the text before that word may stay. */
function withoutRefused(text: string, refused: readonly string[]): string {
  return refused.reduce(
    (kept, wrong) => (kept.startsWith(wrong) ? kept.slice(0, wordEnds('', wrong).at(-2) ?? 0) : kept),
    text,
  );
}

function completion(
  { text, confidence, stopReason }: ChosenSuggestion,
  others: readonly ChosenSuggestion[],
): Completion {
  const alternatives = others.map((other) => ({ insertText: other.text, confidence: other.confidence }));
  return { insertText: text, confidence, stopReason, ...(alternatives.length > 0 && { alternatives }) };
}

function nothing(noSuggestionReason: NoSuggestionReason): Completion {
  return { insertText: '', confidence: 0, noSuggestionReason };
}
