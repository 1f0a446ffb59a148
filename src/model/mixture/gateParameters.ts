/**
 * All that a gate learns is in one array, so that it can be stored and copied as a whole. Its parts, in this order:
 *   situation    [level, weighted count of the context (its length at the match level), how many different tokens followed it]
 *   agreement    [level, highest probability that a network gives to the level's most likely token]
 *   unigrams     [longest level, or none]
 *   networks     [longest level or none, network]
 *   half         one for all situations, then [longest level, or none]
 *   kinds        [level, kind of the last token, kind of the one before]
 *   dominance    [level, share of the most likely token among those that followed]
 *   likely token [the level's most likely token]
 *   last token   [the last token of the text]
 * A level's trust is the logistic function of the sum of its parameters in situation, agreement, kinds, dominance and both token parts.
 */
import { TOKEN_KINDS } from '../tokenizer/tokenKinds';
import type { ContextCounts } from './contextCounts';

/** Contexts of 1 to this many tokens have a level each, counted over all text. */
export const COUNTED_LENGTHS = 5;
/** Contexts of 1 to this many tokens have a second level, counted in the document alone, which comes before the first. */
export const DOCUMENT_LENGTHS = 2;
/** The level of the longest match; it exists when that is longer than the counted lengths, and comes before all others. */
export const MATCH_LEVEL = COUNTED_LENGTHS + DOCUMENT_LENGTHS;
export const LEVELS = MATCH_LEVEL + 1;

/** The level of contexts of `length` tokens over all text, 1 to {@link COUNTED_LENGTHS}. */
export const countedLevel = (length: number): number => length - 1;
/** The level of contexts of `length` tokens in the document, 1 to {@link DOCUMENT_LENGTHS}. */
export const documentLevel = (length: number): number => COUNTED_LENGTHS + length - 1;

/** A base and a personal network at most. */
const MAX_NETWORKS = 2;
/** The slot of the chosen language-model half, after the networks' slots 0 and 1. */
export const HALF_SLOT = MAX_NETWORKS;

const totalLimits = [1.5, 2.5, 4.5, 8.5, 16.5, 64.5, 512.5];
const matchLimits = [7.5, 9.5, 12.5, 16.5, 20.5, 24.5, 31.5];
const agreementLimits = [0.001, 0.01, 0.05, 0.2, 0.6];
const dominanceLimits = [0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.97];
const TOTALS = totalLimits.length + 1;
const SPREADS = 5;
const AGREEMENTS = agreementLimits.length + 1;
const DOMINANCES = dominanceLimits.length + 1;

const SITUATION_CELLS = TOTALS * SPREADS;
const AGREEMENT_OFFSET = LEVELS * SITUATION_CELLS;
const UNIGRAM_OFFSET = AGREEMENT_OFFSET + LEVELS * AGREEMENTS;
export const NETWORK_OFFSET = UNIGRAM_OFFSET + LEVELS + 1;
/** The half has one score for all situations, so that what a new half earns in one counts in all, and one more for each. */
export const HALF_OFFSET = NETWORK_OFFSET + (LEVELS + 1) * MAX_NETWORKS;
export const KINDS_OFFSET = HALF_OFFSET + 1 + LEVELS + 1;
const DOMINANCE_OFFSET = KINDS_OFFSET + LEVELS * TOKEN_KINDS * TOKEN_KINDS;
const TOKEN_OFFSET = DOMINANCE_OFFSET + LEVELS * DOMINANCES;
/** The score of a half of which nothing is known yet; those of the networks start at 0. */
export const UNKNOWN_HALF = -1;

export const gateSize = (vocabSize: number): number => TOKEN_OFFSET + 2 * vocabSize;

/** One level of the chain in one situation. */
export interface GateLevel {
  readonly counts: ContextCounts;
  /** 0 to {@link LEVELS} − 1. */
  readonly level: number;
  /** The highest probability that a network gives to this level's most likely token. */
  readonly agreement: number;
}

/** What the text ends in. */
export interface GateContext {
  readonly lastToken: number;
  /** Kinds of the last token and of the one before it. */
  readonly kinds: readonly [last: number, before: number];
}

/** The indices of the parameters whose sum is the score of a level's trust. */
export function trustCells(
  { counts, level, agreement }: GateLevel,
  { lastToken, kinds: [last, before] }: GateContext,
  vocabSize: number,
): number[] {
  const size =
    level === MATCH_LEVEL ? bucket(counts.contextLength, matchLimits) : bucket(counts.total, totalLimits);
  return [
    level * SITUATION_CELLS + size * SPREADS + spreadOf(counts),
    AGREEMENT_OFFSET + level * AGREEMENTS + bucket(agreement, agreementLimits),
    KINDS_OFFSET + (level * TOKEN_KINDS + last) * TOKEN_KINDS + before,
    DOMINANCE_OFFSET + level * DOMINANCES + bucket(counts.mostLikelyShare, dominanceLimits),
    TOKEN_OFFSET + counts.mostLikely,
    TOKEN_OFFSET + vocabSize + lastToken,
  ];
}

/** @param top the longest level's number plus one, 0 when there is none */
export const unigramCell = (top: number): number => UNIGRAM_OFFSET + top;
/** @param slot 0 or 1 */
export const networkCell = (top: number, slot: number): number => NETWORK_OFFSET + top * MAX_NETWORKS + slot;
export const halfCell = (top: number): number => HALF_OFFSET + 1 + top;

/**
 * Initial trusts like those of absolute discounting, and next to none in unigrams; then `learned` in their place.
 * @param learned parameters of an earlier gate; those of another size belong to another vocabulary and are ignored
 */
export function initialParameters(vocabSize: number, learned: Float32Array | null): Float32Array {
  const parameters = new Float32Array(gateSize(vocabSize));
  const totals = [1, 2, 3.5, 6.5, 12, 32, 200, 1000];
  for (let level = 0; level < LEVELS; level++) {
    for (let size = 0; size < TOTALS; size++) {
      for (let spread = 0; spread < SPREADS; spread++) {
        const total = level === MATCH_LEVEL ? 2 : totals[size];
        const distinct = [1, 2, total / 6, total / 3, total / 1.5][spread];
        const trust = Math.min(0.95, Math.max(0.1, 1 - (0.75 * distinct) / total));
        parameters[level * SITUATION_CELLS + size * SPREADS + spread] = Math.log(trust / (1 - trust));
      }
    }
  }
  parameters.fill(-4, UNIGRAM_OFFSET, NETWORK_OFFSET);
  parameters[HALF_OFFSET] = UNKNOWN_HALF;
  if (learned?.length === parameters.length) {
    parameters.set(learned);
  }
  return parameters;
}

function bucket(value: number, limits: readonly number[]): number {
  let index = 0;
  while (index < limits.length && value > limits[index]) {
    index++;
  }
  return index;
}

function spreadOf({ distinct, total }: ContextCounts): number {
  if (distinct <= 2) {
    return distinct - 1;
  }
  return distinct <= total / 4 ? 2 : distinct <= total / 2 ? 3 : 4;
}
