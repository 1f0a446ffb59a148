/** Ghost text: searches for continuations and chooses the part of one that is worth showing. */
import type { MixtureModel } from '../mixtureModel';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { agrees } from './agrees';
import { beamSearch, type Beam, type BeamStep } from './beamSearch';
import { bestCut, leastUsefulProbability, type CutPoint, type Reader } from './expectedSaving';
import { correctedProbability, shiftedProbability } from './confidenceShift';
import type { GenerationStop } from './generateText';
import { HealedStart, type ReadTail } from './healedStart';
import { joinsByModel } from './joinByModel';
import { insertionsOf, rankByJoin } from './joinRanking';
import { keysToType } from './keysToType';
import { nextMark } from './nextMark';
import type { Pause } from './pause';
import { endsInLoop } from './repetition';
import { findStop, type StoppingCriteria, type TextStop } from './stoppingCriteria';
import { doesLineEnd, seedsOf } from './suggestionSeeds';
import { withoutHalfGrapheme } from './wholeCharacters';
import { continuationTable } from './wordContinuation';
import { withoutHalfEscape, wordEnds } from './wordUnits';

export interface SuggestionOptions extends StoppingCriteria {
  /** What a wrong suggestion costs the reader, in keys; see `costOfWrong`. */
  readonly cost: number;
  /** Added to the log-odds of every continuation: what was learned from earlier suggestions, see `confidenceShift.ts`. */
  readonly confidenceShift: number;
  /** How often this user takes the first word of a suggestion when only that word is right, 0 to 1, see `wordTaking.ts`. */
  readonly takesWords: number;
  readonly maxNewTokens: number;
  /**
   * The beginning of a continuation that rules outside the model allow here; '' for none. If one text begins with another, one of
   * their results must begin with the other.
   */
  readonly allowed: (text: string) => string;
  /** The beginning of the text right of the cursor, which a suggestion has to join (see `joinRanking.ts`); '' for none. */
  readonly right?: string;
  /** Another model's judgement of how well each of the texts would join it; null when that is unknown. */
  readonly logJoins?: (texts: readonly string[]) => Promise<readonly number[] | null>;
  /** How many other suggestions are wanted at most, by a user who asks for them, so that wrong ones cost nothing; 0 when absent. */
  readonly alternatives?: number;
}

/** suffix: the rest is not allowed where it would stand. confidence: nothing more is likely enough. */
export type SuggestionStop = TextStop | GenerationStop | 'suffix' | 'confidence';

export interface Suggestion {
  /** Empty when nothing is worth showing. */
  readonly text: string;
  /** Probability that all of it is right, 0 to 1. */
  readonly confidence: number;
  readonly stopReason: SuggestionStop;
  /** The longest continuation that was found, shown or not. */
  readonly longest: string;
  /** Whether the model holds it likelier than not that nothing more stands in this line. */
  readonly lineEnds: boolean;
  /** Those wanted besides, of which none begins another or `text`; what is expected to save the most keys comes first. */
  readonly alternatives: readonly ChosenSuggestion[];
}

const BEAM_WIDTH = 3;
/** Continuations less likely than this are not followed at any eagerness, so that the search stays short. */
const LEAST_EXPLORED = 0.03;
/** The same for a user who asks for a choice, and the first tokens that this is searched from. */
const LEAST_OF_CHOICE = 0.003;
const CHOICE_WIDTH = 6;
/** Keys of the longest suggestion that the search hopes for, which sets the lowest probability that may pay. */
const LONGEST_HOPE = 60;

/** A continuation that was found, and the places where it may be cut. */
export interface Continuation {
  /** The part that may be inserted. */
  readonly text: string;
  /** Ascending; the last is the end of `text`. Not empty. */
  readonly points: readonly CutPoint[];
  /** Why it ends where it does. */
  readonly stopReason: SuggestionStop;
}

interface SearchOptions extends Omit<
  SuggestionOptions,
  'cost' | 'confidenceShift' | 'takesWords' | 'right' | 'logJoins' | 'alternatives'
> {
  /** A continuation less likely than this is not followed. */
  readonly minProbability: number;
  /** Whether the likeliest continuation of each of several first tokens is wanted. */
  readonly isForChoice?: boolean;
}

/** Yields between the model's steps; a caller stops it there by not resuming it. */
export function* searchSuggestion(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  options: SuggestionOptions,
): Generator<Pause, Suggestion> {
  const { cost, confidenceShift, takesWords, alternatives = 0 } = options;
  const isForChoice = alternatives > 0;
  const minProbability = isForChoice ? LEAST_OF_CHOICE : leastExplored(cost, confidenceShift);
  const search = { ...options, minProbability, isForChoice };
  const found = yield* searchContinuations(model, tokenizer, tail, search);
  const continuations = yield* joined(model, tokenizer, tail, found.continuations, options);
  const chosen = chooseSuggestion(continuations, { cost, takesWords }, confidenceShift);
  const others = isForChoice ? bestCuts(continuations, { cost: 0, takesWords }, confidenceShift) : [];
  return {
    ...chosen,
    longest: found.longest,
    lineEnds: found.lineEnds,
    alternatives: differing(chosen, others).slice(0, alternatives),
  };
}

/** The continuations, ranked by how well they join the text right of the cursor, if there is any. */
export function* joined(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  continuations: readonly Continuation[],
  { right = '', logJoins }: Pick<SuggestionOptions, 'right' | 'logJoins'>,
): Generator<Pause, readonly Continuation[]> {
  const insertions = right === '' ? [] : insertionsOf(continuations);
  if (insertions.length < 2) {
    return continuations;
  }
  const told: { joins: readonly number[] | null } = { joins: null };
  if (logJoins !== undefined) {
    yield logJoins(insertions).then((joins) => {
      told.joins = joins;
    });
  }
  const joins = told.joins ?? (yield* joinsByModel(model, tokenizer, tail, insertions, right));
  return rankByJoin(continuations, new Map(insertions.map((text, i) => [text, joins[i]])));
}

/**
 * Continuations less likely than this are not followed: they would not pay, but for long ones that do so barely once their
 * probability is corrected by their words, or the search would take too long.
 */
export function leastExplored(cost: number, confidenceShift = 0): number {
  const useful = leastUsefulProbability(LONGEST_HOPE, cost);
  return Math.max(LEAST_EXPLORED, shiftedProbability(useful, -confidenceShift));
}

interface FoundContinuations extends Pick<Suggestion, 'longest' | 'lineEnds'> {
  readonly continuations: readonly Continuation[];
}

/** Every continuation that may be worth showing, at any cost whose {@link leastExplored} is at least `minProbability`. */
export function* searchContinuations(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  options: SearchOptions,
): Generator<Pause, FoundContinuations> {
  const before = tokenizer.decode(tail.tokens);
  yield tail.prepare(tail.states);
  const start = new HealedStart(model, tokenizer, tail);
  yield;
  const { minProbability, isForChoice = false } = options;
  const seeds = seedsOf(start, {
    width: isForChoice ? CHOICE_WIDTH : BEAM_WIDTH,
    reserved: isForChoice ? CHOICE_WIDTH : 1,
    minProbability,
  });
  const beams = yield* beamSearch<SuggestionStop>(start, seeds, {
    width: BEAM_WIDTH,
    maxTokens: options.maxNewTokens,
    minLogProb: Math.log(minProbability),
    finish(text, tokens) {
      if (options.allowed(text) !== text) {
        return 'suffix';
      }
      return findStop(text, options, before)?.reason ?? (endsInLoop(tokens) ? 'repetition' : null);
    },
    continuesWord: (text) => continuationTable(tokenizer, before + text),
    nextMark: (probs) => nextMark(tokenizer, probs),
  });
  return {
    continuations: beams.flatMap((beam) => continuationOf(beam, before, options) ?? []),
    longest: beams.reduce((longest, { text }) => (text.length > longest.length ? text : longest), ''),
    lineEnds: doesLineEnd(start, seeds),
  };
}

export type ChosenSuggestion = Pick<Suggestion, 'text' | 'confidence' | 'stopReason'>;

/** The continuation, and the part of it, that is expected to save the most keys; empty when none saves any. */
export function chooseSuggestion(
  continuations: readonly Continuation[],
  reader: Reader,
  confidenceShift = 0,
): ChosenSuggestion {
  return bestCuts(continuations, reader, confidenceShift)[0] ?? NOTHING;
}

const NOTHING: ChosenSuggestion = { text: '', confidence: 0, stopReason: 'confidence' };

/** The part of each continuation that is expected to save the most keys, if any does; what saves more comes first. */
function bestCuts(
  continuations: readonly Continuation[],
  reader: Reader,
  confidenceShift: number,
): ChosenSuggestion[] {
  return continuations
    .flatMap(({ text, points, stopReason }) => {
      const corrected = points.map((point, i) => ({
        ...point,
        probability: correctedProbability(point.probability, i + 1, confidenceShift),
      }));
      const cut = bestCut(corrected, reader);
      return cut === null ? [] : [{ text, stopReason, cut }];
    })
    .sort((a, b) => b.cut.savedKeys - a.cut.savedKeys)
    .map(({ text, stopReason, cut: { length, confidence } }) => ({
      text: text.slice(0, length),
      confidence,
      stopReason: length === text.length ? stopReason : 'confidence',
    }));
}

/** Those of `others` that neither begin nor continue `chosen` or one before them. */
function differing(chosen: ChosenSuggestion, others: readonly ChosenSuggestion[]): ChosenSuggestion[] {
  const kept: ChosenSuggestion[] = [];
  for (const other of others) {
    const seen = chosen.text === '' ? kept : [chosen, ...kept];
    if (!seen.some(({ text }) => agrees(text, other.text))) {
      kept.push(other);
    }
  }
  return kept;
}

/** Null where nothing of it may be inserted. */
function continuationOf(
  beam: Beam<SuggestionStop>,
  before: string,
  options: SearchOptions,
): Continuation | null {
  const stop = findStop(beam.text, options, before);
  const ended = withoutHalfGrapheme(before, stop === null ? beam.text : beam.text.slice(0, stop.length));
  const stopped = withoutHalfEscape(before, ended);
  const allowed = withoutHalfEscape(before, options.allowed(stopped)).trimEnd();
  // What may go on as one line may end as another, which stands there already.
  const points = cutPoints(beam, before, allowed).filter(
    ({ length }) => options.allowed(allowed.slice(0, length)).length === length,
  );
  const text = allowed.slice(0, points.at(-1)?.length ?? 0);
  const isShortened = text.length < stopped.trimEnd().length;
  const stopReason = isShortened ? 'suffix' : (stop?.reason ?? beam.reason);
  return points.length === 0 ? null : { text, points, stopReason };
}

/** The word ends of `text`, which is a beginning of the beam's text, with the probability of each. */
function cutPoints({ steps }: Beam<SuggestionStop>, before: string, text: string): CutPoint[] {
  return wordEnds(before, text).map((length) => {
    const step = steps.find((candidate) => candidate.length >= length)!;
    // A cut inside a token is followed by the rest of that token, so the word ends there for certain.
    const ofToken = Math.exp(step.logProb) * (step.length === length ? step.wordEnds : 1);
    return {
      length,
      keys: keysToType(text.slice(0, length)),
      probability: Math.max(ofToken, ofMark(steps, text.slice(0, length))),
    };
  });
}

/** Probability of a text that ends with a mark after one of the steps, whatever else the mark's token holds; 0 for any other text. */
function ofMark(steps: readonly BeamStep[], text: string): number {
  for (const { length, logProb, nextMark } of steps) {
    if (nextMark !== null && text.slice(length) === nextMark.mark) {
      return Math.exp(logProb) * nextMark.probability;
    }
  }
  return 0;
}
