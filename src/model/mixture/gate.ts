/**
 * How much each context length is trusted, and each network below them: one number a situation, learned online by
 * gradient descent on the cross-entropy of the mixed prediction.
 *
 * The mix is a chain from the longest context down, as in prediction by partial matching with learned escapes (Cleary and
 * Witten 1984; secondary escape estimation: Shkarin 2002), but its last resort is the networks instead of a uniform distribution:
 *   mix_k = trust_k · p_k + (1 − trust_k) · mix_(k−1),   mix_0 = trust_0 · unigrams + (1 − trust_0) · Σ_i weight_i · network_i
 * A network alone has a soft place in the sum: weight = softmax over the networks of this situation's scores.
 */
import type { ContextCounts } from './contextCounts';

/** Contexts of 1 to this many tokens have a level each, counted over all text. */
export const COUNTED_LENGTHS = 5;
/** The shortest of them have a second one, counted in the document alone, which is asked first. */
export const DOCUMENT_LENGTHS = 2;
/** The one longest match, when it is longer than the counted lengths, is asked before all others. */
export const MATCH_LEVEL = COUNTED_LENGTHS + DOCUMENT_LENGTHS;
export const LEVELS = MATCH_LEVEL + 1;

/** The level of contexts of `length` tokens over all text, 1 to {@link COUNTED_LENGTHS}. */
export const countedLevel = (length: number): number => length - 1;
/** The level of contexts of `length` tokens in the document, 1 to {@link DOCUMENT_LENGTHS}. */
export const documentLevel = (length: number): number => COUNTED_LENGTHS + length - 1;

/** A base and a personal network at most. */
export const MAX_NETWORKS = 2;
/** The place of the chosen language-model half behind the networks' places 0 and 1. */
export const HALF_SLOT = MAX_NETWORKS;
const TOTALS = 8;
const SPREADS = 5;
const AGREEMENTS = 6;
const TRUST_CELLS = TOTALS * SPREADS;
const AGREEMENT_OFFSET = LEVELS * TRUST_CELLS;
const UNIGRAM_OFFSET = AGREEMENT_OFFSET + LEVELS * AGREEMENTS;
const NETWORK_OFFSET = UNIGRAM_OFFSET + LEVELS + 1;
/** The half has a score that all situations share, since it earns its place anew, and then one in each. */
const HALF_OFFSET = NETWORK_OFFSET + (LEVELS + 1) * MAX_NETWORKS;
/** Length of {@link Gate.parameters}. */
export const GATE_SIZE = HALF_OFFSET + 1 + LEVELS + 1;
/** The score, against a network's of about 0, of a half of which nothing is known yet. */
const UNKNOWN_HALF = -1;
/** A token's part in the average share of the half. */
const LATE_RATE = 0.02;

const totalLimits = [1.5, 2.5, 4.5, 8.5, 16.5, 64.5, 512.5];
const matchLimits = [7.5, 9.5, 12.5, 16.5, 20.5, 24.5, 31.5];
const agreementLimits = [0.001, 0.01, 0.05, 0.2, 0.6];

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

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** One level of the chain in one situation. */
export interface GateLevel {
  readonly counts: ContextCounts;
  /** 0 to {@link LEVELS} − 1. */
  readonly level: number;
  /** The most that a network gives to this level's most likely token. */
  readonly agreement: number;
}

/** The weights in one situation; all of `trusts` with the rest shared by the networks make one. */
export interface GateWeights {
  /** By place in the list of levels, longest context first: the share of what longer contexts left. */
  readonly trusts: Float64Array;
  readonly unigramTrust: number;
  /** The places of the networks that speak. */
  readonly slots: readonly number[];
  /** [slots.length]; they sum to one. */
  readonly networks: Float64Array;
}

/** What a token teaches: everything, the half's weight alone, or all but the half's weight. */
export type Taught = 'all' | 'half' | 'allButHalf';

export class Gate {
  /** [GATE_SIZE]; learned. */
  readonly parameters: Float32Array;
  /** The half's share among the networks that spoke, averaged over the last tokens; null before the first. */
  private lateHalfShare: number | null = null;

  /**
   * @param parameters of an earlier gate, copied; those of a gate that knew no half are completed; null, or another number of
   * them, starts from what absolute discounting would do
   */
  constructor(
    parameters: Float32Array | null,
    private readonly learningRate: number,
  ) {
    this.parameters = initialParameters();
    if (parameters?.length === GATE_SIZE || parameters?.length === HALF_OFFSET) {
      this.parameters.set(parameters);
    }
  }

  /** Parameters with this gate's trust in networks and, for all else, those that `before` had. */
  adoptNetworks(before: Gate): Float32Array {
    const parameters = before.parameters.slice();
    parameters.set(this.parameters.subarray(NETWORK_OFFSET), NETWORK_OFFSET);
    return parameters;
  }

  /** What a newly chosen half has not earned is taken back. */
  forgetHalf(): void {
    this.lateHalfShare = null;
    this.parameters.fill(0, HALF_OFFSET).fill(UNKNOWN_HALF, HALF_OFFSET, HALF_OFFSET + 1);
  }

  /** Keeps what another gate has learned of the half, for a mix in which another network has changed. */
  adoptHalf(before: Gate): void {
    this.lateHalfShare = before.lateHalfShare;
    this.parameters.set(before.parameters.subarray(HALF_OFFSET), HALF_OFFSET);
  }

  /** @param slots the places of the networks that speak: 0 and 1, and {@link HALF_SLOT} */
  weigh(levels: readonly GateLevel[], slots: readonly number[]): GateWeights {
    const trusts = Float64Array.from(levels, (level) => sigmoid(this.score(level)));
    const top = levels.length === 0 ? 0 : levels[0].level + 1;
    const unigramTrust = slots.length === 0 ? 1 : sigmoid(this.parameters[UNIGRAM_OFFSET + top]);
    const networks = Float64Array.from(slots, (slot) => Math.exp(this.networkScore(top, slot)));
    const sum = networks.reduce((total, weight) => total + weight, 0);
    return { trusts, unigramTrust, slots, networks: networks.map((weight) => weight / sum) };
  }

  /** The half's share among these networks, 0 to 1: where it spoke of late, or else on average over all situations. */
  halfShare(slots: readonly number[]): number {
    if (this.lateHalfShare !== null) {
      return this.lateHalfShare;
    }
    let sum = 0;
    for (let top = 0; top <= LEVELS; top++) {
      const half = Math.exp(this.networkScore(top, HALF_SLOT));
      sum += half / slots.reduce((total, slot) => total + Math.exp(this.networkScore(top, slot)), 0);
    }
    return sum / (LEVELS + 1);
  }

  /**
   * One step of gradient descent on −log p(token).
   * @param probabilities of the token at each level, then by the unigrams
   * @param networkProbabilities of the token by each network that speaks, in the order of the weights' slots
   * @param taught what takes the step
   */
  learn(
    levels: readonly GateLevel[],
    weights: GateWeights,
    probabilities: Float64Array,
    networkProbabilities: Float64Array,
    taught: Taught = 'all',
  ): void {
    const { parameters, learningRate } = this;
    const top = levels.length === 0 ? 0 : levels[0].level + 1;
    const networkMix = networkProbabilities.reduce((sum, p, i) => sum + p * weights.networks[i], 0);
    const unigram = probabilities[levels.length];
    // mixes[k]: what the chain from place k on gives to the token.
    const mixes = new Float64Array(levels.length + 1);
    mixes[levels.length] = weights.unigramTrust * unigram + (1 - weights.unigramTrust) * networkMix;
    for (let k = levels.length - 1; k >= 0; k--) {
      mixes[k] = weights.trusts[k] * probabilities[k] + (1 - weights.trusts[k]) * mixes[k + 1];
    }
    let remaining = learningRate / mixes[0];
    for (let k = 0; k < levels.length; k++) {
      const trust = weights.trusts[k];
      if (taught !== 'half') {
        const step = remaining * trust * (1 - trust) * (probabilities[k] - mixes[k + 1]);
        parameters[trustCell(levels[k])] += step;
        parameters[agreementCell(levels[k])] += step;
      }
      remaining *= 1 - trust;
    }
    if (networkProbabilities.length === 0) {
      return;
    }
    const trust = weights.unigramTrust;
    if (taught !== 'half') {
      parameters[UNIGRAM_OFFSET + top] += remaining * trust * (1 - trust) * (unigram - networkMix);
    }
    remaining *= 1 - trust;
    for (const [i, slot] of weights.slots.entries()) {
      if (taught !== 'all' && (slot === HALF_SLOT) !== (taught === 'half')) {
        continue;
      }
      const step = remaining * weights.networks[i] * (networkProbabilities[i] - networkMix);
      if (slot === HALF_SLOT) {
        const share = weights.networks[i];
        const before = this.lateHalfShare ?? share;
        this.lateHalfShare = before + LATE_RATE * (share - before);
        parameters[HALF_OFFSET] += step;
        parameters[HALF_OFFSET + 1 + top] += step;
      } else {
        parameters[NETWORK_OFFSET + top * MAX_NETWORKS + slot] += step;
      }
    }
  }

  private networkScore(top: number, slot: number): number {
    return slot === HALF_SLOT
      ? this.parameters[HALF_OFFSET] + this.parameters[HALF_OFFSET + 1 + top]
      : this.parameters[NETWORK_OFFSET + top * MAX_NETWORKS + slot];
  }

  private score(level: GateLevel): number {
    return this.parameters[trustCell(level)] + this.parameters[agreementCell(level)];
  }
}

function trustCell({ counts, level }: GateLevel): number {
  const size =
    level === MATCH_LEVEL ? bucket(counts.contextLength, matchLimits) : bucket(counts.total, totalLimits);
  return level * TRUST_CELLS + size * SPREADS + spreadOf(counts);
}

function agreementCell({ level, agreement }: GateLevel): number {
  return AGREEMENT_OFFSET + level * AGREEMENTS + bucket(agreement, agreementLimits);
}

function initialParameters(): Float32Array {
  const parameters = new Float32Array(GATE_SIZE);
  const totals = [1, 2, 3.5, 6.5, 12, 32, 200, 1000];
  for (let level = 0; level < LEVELS; level++) {
    for (let size = 0; size < TOTALS; size++) {
      for (let spread = 0; spread < SPREADS; spread++) {
        const total = level === MATCH_LEVEL ? 2 : totals[size];
        const distinct = [1, 2, total / 6, total / 3, total / 1.5][spread];
        const trust = Math.min(0.95, Math.max(0.1, 1 - (0.75 * distinct) / total));
        parameters[level * TRUST_CELLS + size * SPREADS + spread] = Math.log(trust / (1 - trust));
      }
    }
  }
  parameters.fill(-4, UNIGRAM_OFFSET, NETWORK_OFFSET);
  parameters[HALF_OFFSET] = UNKNOWN_HALF;
  return parameters;
}
