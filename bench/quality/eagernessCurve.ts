/** Keystrokes saved against wrong suggestions as eagerness grows, and how reliable confidence is. */
import { textKind } from '../../src/completion/cursorPlace';
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
import { languageIdOf } from '../../src/terminal/languageId';
import { calibrationError, type Judged } from './calibrationError';
import type { TypedPosition } from './typedPositions';

export const EAGERNESSES = [0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1] as const;

export interface CurvePoint extends KeystrokeScore {
  readonly eagerness: number;
  /** Calibration error of confidence: against how often a suggestion was all right, over what all cursors would show, 0 to 1. */
  readonly calibrationError: number;
}

/** What has been learned about the simulated user so far. */
interface Lesson {
  readonly shift: number;
  readonly takesWords: number;
}

export interface CurveOptions {
  /** Whether the user takes the first word when only that is right; by default true. */
  readonly takesWords?: boolean;
  /** What is assumed of that at the beginning, from 0 to 1; by default {@link UNKNOWN_TAKING}. */
  readonly supposed?: number;
  /** What is learned from the outcome of suggestions; by default both, as in the editor. */
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
  const suggestionAt = (file: TypedText, offset: number, eagerness: number, lesson: Lesson) => {
    const continuations = found.get(placeOf(file, offset)) ?? [];
    const cost = costOfWrong(eagerness, textKind(languageIdOf(file.name)));
    const reader = { cost, takesWords: lesson.takesWords };
    const { text, confidence } = chooseSuggestion(continuations, reader, lesson.shift);
    return { text, confidence, right: rightPart(text, file.text, file.text.slice(0, offset)) };
  };
  const points: CurvePoint[] = [];
  for (const eagerness of eagernesses) {
    const lessons = new Map<string, Lesson>();
    // A suggestion stays while the user types what it begins with.
    const shown = new SuggestionCache();
    let lesson: Lesson = { shift: 0, takesWords: supposed };
    const suggest: Suggest = (file, prefix) => {
      const question = questionAt(file, prefix, eagerness);
      const staying = shown.answer(question);
      if (staying !== null) {
        return Promise.resolve(staying.insertText);
      }
      const { text, confidence, right } = suggestionAt(file, prefix.length, eagerness, lesson);
      lessons.set(placeOf(file, prefix.length), lesson);
      if (text !== '') {
        shown.remember(question, { insertText: text, confidence });
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
    // All cursors are judged, each by what had been learned up to it, as those where the user read a suggestion are too few.
    let learned: Lesson = { shift: 0, takesWords: supposed };
    const judged = positions.flatMap(({ file, offset }): Judged[] => {
      learned = lessons.get(placeOf(file, offset)) ?? learned;
      const { text, confidence, right } = suggestionAt(file, offset, eagerness, learned);
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
