/** Keystrokes saved against suggestions that were wrong, as eagerness grows; and how far confidence can be believed. */
import { SuggestionCache } from '../../src/completion/suggestionCache';
import { rightPart, simulateTyping, type KeystrokeScore } from '../../src/model/evaluate/keystrokes';
import type { TypedStretch, TypedText } from '../../src/model/evaluate/typedStretches';
import { learnShift } from '../../src/model/generation/confidenceShift';
import { costOfWrong } from '../../src/model/generation/expectedSaving';
import { chooseSuggestion, type Continuation } from '../../src/model/generation/suggestionSearch';
import { calibrationError, type Judged } from './calibrationError';
import type { TypedPosition } from './typedPositions';

export const EAGERNESSES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1] as const;

export interface CurvePoint extends KeystrokeScore {
  readonly eagerness: number;
  /** Between confidence and how often all was right, of the suggestions that would be shown at any of the cursors, 0 to 1. */
  readonly calibrationError: number;
}

/**
 * Types the stretches once for each eagerness.
 * @param positions every cursor in them
 * @param learns whether confidence is corrected by what became of earlier suggestions, as it is in the editor
 */
export async function eagernessCurve(
  stretches: readonly TypedStretch[],
  positions: readonly TypedPosition[],
  eagernesses: readonly number[] = EAGERNESSES,
  learns = true,
): Promise<CurvePoint[]> {
  const placeOf = ({ name }: TypedText, offset: number) => `${offset} ${name}`;
  const found = new Map<string, readonly Continuation[]>();
  for (const { file, offset, continuations } of positions) {
    found.set(placeOf(file, offset), continuations);
  }
  const suggestionAt = (file: TypedText, offset: number, cost: number, shift: number) => {
    const continuations = found.get(placeOf(file, offset)) ?? [];
    const { text, confidence } = chooseSuggestion(continuations, cost, shift);
    return { text, confidence, wasRight: rightPart(text, file.text, file.text.slice(0, offset)) === text };
  };
  const points: CurvePoint[] = [];
  for (const eagerness of eagernesses) {
    const cost = costOfWrong(eagerness);
    const shifts = new Map<string, number>();
    // A suggestion stays while its beginning is typed.
    const shown = new SuggestionCache();
    let shift = 0;
    const score = await simulateTyping(stretches, (file, prefix) => {
      const question = questionAt(file, prefix, eagerness);
      const staying = shown.answer(question);
      if (staying !== null) {
        return Promise.resolve(staying.insertText);
      }
      const { text, confidence, wasRight } = suggestionAt(file, prefix.length, cost, shift);
      shifts.set(placeOf(file, prefix.length), shift);
      if (text !== '') {
        shown.remember(question, {
          kind: 'completed',
          id: 0,
          insertText: text,
          confidence,
          source: 'generated',
          milliseconds: 0,
        });
        shift = learns ? learnShift(shift, confidence, wasRight) : 0;
      }
      return Promise.resolve(text);
    });
    // All cursors are judged, each by what had been learned before it was passed: those alone where the user read are few.
    let learned = 0;
    const judged = positions.flatMap(({ file, offset }): Judged[] => {
      learned = shifts.get(placeOf(file, offset)) ?? learned;
      const { text, confidence, wasRight } = suggestionAt(file, offset, cost, learned);
      return text === '' ? [] : [{ probability: confidence, wasRight }];
    });
    points.push({ ...score, eagerness, calibrationError: calibrationError(judged) });
  }
  return points;
}

function questionAt({ name }: TypedText, prefix: string, eagerness: number) {
  return {
    document: { uri: name, languageId: '', prefix, suffix: '' },
    multiline: false,
    eagerness,
    maxNewTokens: 0,
  };
}
