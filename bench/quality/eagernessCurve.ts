/** Keystrokes saved against suggestions that were wrong, as eagerness grows; and how far confidence can be believed. */
import { SuggestionCache } from '../../src/completion/suggestionCache';
import {
  rightPart,
  simulateTyping,
  type KeystrokeScore,
  type Suggest,
} from '../../src/model/evaluate/keystrokes';
import type { TypedStretch, TypedText } from '../../src/model/evaluate/typedStretches';
import { learnShift } from '../../src/model/generation/confidenceShift';
import { costOfWrong } from '../../src/model/generation/expectedSaving';
import { chooseSuggestion, type Continuation } from '../../src/model/generation/suggestionSearch';
import { learnTaking, UNKNOWN_TAKING } from '../../src/model/generation/wordTaking';
import { calibrationError, type Judged } from './calibrationError';
import type { TypedPosition } from './typedPositions';

export const EAGERNESSES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1] as const;

export interface CurvePoint extends KeystrokeScore {
  readonly eagerness: number;
  /** Between confidence and how often all was right, of the suggestions that would be shown at any of the cursors, 0 to 1. */
  readonly calibrationError: number;
}

/** What is learned by one who types, and where it begins. */
interface Lesson {
  readonly shift: number;
  readonly takesWords: number;
}

export interface CurveOptions {
  /** Whether the user takes the first word where no more is right; true unless given. */
  readonly takesWords?: boolean;
  /** What is supposed of that at the beginning, from 0 to 1; {@link UNKNOWN_TAKING} unless given. */
  readonly supposed?: number;
  /** What is learned from what became of suggestions; as in the editor, both, unless given. */
  readonly learns?: { readonly confidence: boolean; readonly taking: boolean };
}

/**
 * Types the stretches once for each eagerness.
 * @param positions every cursor in them
 */
export async function eagernessCurve(
  stretches: readonly TypedStretch[],
  positions: readonly TypedPosition[],
  eagernesses: readonly number[] = EAGERNESSES,
  {
    takesWords = true,
    supposed = UNKNOWN_TAKING,
    learns = { confidence: true, taking: true },
  }: CurveOptions = {},
): Promise<CurvePoint[]> {
  const placeOf = ({ name }: TypedText, offset: number) => `${offset} ${name}`;
  const found = new Map<string, readonly Continuation[]>();
  for (const { file, offset, continuations } of positions) {
    found.set(placeOf(file, offset), continuations);
  }
  const suggestionAt = (file: TypedText, offset: number, cost: number, lesson: Lesson) => {
    const continuations = found.get(placeOf(file, offset)) ?? [];
    const reader = { cost, takesWords: lesson.takesWords };
    const { text, confidence } = chooseSuggestion(continuations, reader, lesson.shift);
    return { text, confidence, right: rightPart(text, file.text, file.text.slice(0, offset)) };
  };
  const points: CurvePoint[] = [];
  for (const eagerness of eagernesses) {
    const cost = costOfWrong(eagerness);
    const lessons = new Map<string, Lesson>();
    // A suggestion stays while its beginning is typed.
    const shown = new SuggestionCache();
    let lesson: Lesson = { shift: 0, takesWords: supposed };
    const suggest: Suggest = (file, prefix) => {
      const question = questionAt(file, prefix, eagerness);
      const staying = shown.answer(question);
      if (staying !== null) {
        return Promise.resolve(staying.insertText);
      }
      const { text, confidence, right } = suggestionAt(file, prefix.length, cost, lesson);
      lessons.set(placeOf(file, prefix.length), lesson);
      if (text !== '') {
        shown.remember(question, {
          kind: 'completed',
          id: 0,
          insertText: text,
          confidence,
          source: 'generated',
          milliseconds: 0,
        });
        const wasRight = right === text;
        const tells = learns.taking && !wasRight;
        lesson = {
          shift: learns.confidence ? learnShift(lesson.shift, confidence, wasRight) : lesson.shift,
          takesWords: tells ? learnTaking(lesson.takesWords, right, takesWords) : lesson.takesWords,
        };
      }
      return Promise.resolve(text);
    };
    const score = await simulateTyping(stretches, suggest, { takesWords });
    // All cursors are judged, each by what had been learned before it was passed: those alone where the user read are few.
    let learned: Lesson = { shift: 0, takesWords: supposed };
    const judged = positions.flatMap(({ file, offset }): Judged[] => {
      learned = lessons.get(placeOf(file, offset)) ?? learned;
      const { text, confidence, right } = suggestionAt(file, offset, cost, learned);
      return text === '' ? [] : [{ probability: confidence, wasRight: right === text }];
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
