/**
 * How much the mix trusts each context length and each network, learned online by gradient descent on the cross-entropy of the
 * mixed prediction. gateParameters.ts lists the parameters and how they make up a trust.
 *
 * The mix is a chain from the longest context down, as in prediction by partial matching with learned escapes (Cleary and
 * Witten 1984; secondary escape estimation: Shkarin 2002), but it ends in unigrams and networks, not in a uniform distribution:
 *   mix_k = trust_k · p_k + (1 − trust_k) · mix_(k−1),   mix_0 = trust_0 · unigrams + (1 − trust_0) · Σ_i weight_i · network_i
 * The weights of the networks are the softmax of their scores, which depend on the longest level that was found.
 */
import {
  HALF_OFFSET,
  HALF_SLOT,
  halfCell,
  initialParameters,
  KINDS_OFFSET,
  LEVELS,
  networkCell,
  trustCells,
  unigramCell,
  UNKNOWN_HALF,
  type GateContext,
  type GateLevel,
} from './gateParameters';

/** Weight of the newest token in the moving average of the half's share. */
const LATE_RATE = 0.02;

/** Scores are clamped to plus or minus this: a trust of exactly one would rule out the tokens that only other parts predict. */
const HIGHEST_SCORE = 30;

function trustOf(score: number): number {
  return 1 / (1 + Math.exp(-Math.max(-HIGHEST_SCORE, Math.min(HIGHEST_SCORE, score))));
}

/** Any finite scores, however far apart, give shares that sum to one. */
function softmax(scores: Float64Array): Float64Array {
  const highest = Math.max(...scores);
  const weights = scores.map((score) => Math.exp(score - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** The weights in one situation; {@link sharesOf} turns them into shares that sum to one. */
export interface GateWeights {
  /** By place in the list of levels, longest context first: the share taken of what the levels before it left. */
  readonly trusts: Float64Array;
  /** By the same places, the indices of the parameters that make up the trust. */
  readonly cells: readonly (readonly number[])[];
  /** The longest level's number plus one, 0 when there is none. */
  readonly top: number;
  readonly unigramTrust: number;
  /** The slots of the networks that contribute: 0, 1 and {@link HALF_SLOT}, or some of them. */
  readonly slots: readonly number[];
  /** [slots.length]; they sum to one. */
  readonly networks: Float64Array;
}

/** The share of each part in the mix; all of them sum to one. */
interface MixShares {
  /** By place in the list of levels. */
  readonly levels: Float64Array;
  readonly unigrams: number;
  /** By place in the list of networks that contribute. */
  readonly networks: Float64Array;
}

export function sharesOf({ trusts, unigramTrust, networks }: GateWeights): MixShares {
  let remaining = 1;
  const levels = trusts.map((trust) => {
    const share = remaining * trust;
    remaining -= share;
    return share;
  });
  const unigrams = remaining * unigramTrust;
  return { levels, unigrams, networks: networks.map((weight) => (remaining - unigrams) * weight) };
}

/** Which parameters a token updates: all, the half's alone, or all but the half's. */
export type Taught = 'all' | 'half' | 'allButHalf';

export class Gate {
  /** [gateSize(vocabSize)], see `gateParameters.ts`; learned. */
  readonly parameters: Float32Array;
  /** Moving average of the half's share among the networks, over the tokens that updated it; null before the first. */
  private lateHalfShare: number | null = null;

  /** @param learned parameters of an earlier gate, copied; null starts with trusts like absolute discounting's */
  constructor(
    private readonly vocabSize: number,
    learned: Float32Array | null,
    private readonly learningRate: number,
  ) {
    this.parameters = initialParameters(vocabSize, learned);
  }

  /** Resets the scores of the half to those of an unknown one; for a newly chosen half. */
  forgetHalf(): void {
    this.lateHalfShare = null;
    this.parameters.fill(0, HALF_OFFSET, KINDS_OFFSET);
    this.parameters[HALF_OFFSET] = UNKNOWN_HALF;
  }

  /** Takes over what another gate has learned about the half, for a mix in which another network has changed. */
  adoptHalf(before: Gate): void {
    this.lateHalfShare = before.lateHalfShare;
    this.parameters.set(before.parameters.subarray(HALF_OFFSET, KINDS_OFFSET), HALF_OFFSET);
  }

  /** @param slots of the networks that contribute, see {@link GateWeights.slots} */
  weigh(levels: readonly GateLevel[], context: GateContext, slots: readonly number[]): GateWeights {
    const { parameters, vocabSize } = this;
    const cells = levels.map((level) => trustCells(level, context, vocabSize));
    const trusts = Float64Array.from(cells, (own) =>
      trustOf(own.reduce((sum, cell) => sum + parameters[cell], 0)),
    );
    const top = levels.length === 0 ? 0 : levels[0].level + 1;
    const unigramTrust = slots.length === 0 ? 1 : trustOf(parameters[unigramCell(top)]);
    return { trusts, cells, top, unigramTrust, slots, networks: this.networkWeights(top, slots) };
  }

  /** The half's share among these networks, which include it, 0 to 1: its moving average, or at first the mean over all situations. */
  halfShare(slots: readonly number[]): number {
    if (this.lateHalfShare !== null) {
      return this.lateHalfShare;
    }
    let sum = 0;
    for (let top = 0; top <= LEVELS; top++) {
      sum += this.networkWeights(top, slots)[slots.indexOf(HALF_SLOT)];
    }
    return sum / (LEVELS + 1);
  }

  /**
   * One step of gradient descent on −log p(token).
   * @param probabilities of the token by each level of the weights, then by the unigrams
   * @param networkProbabilities of the token by each network, in the order of the weights' slots
   * @param taught which parameters take the step
   * @returns the token's probability in the mix before the step
   */
  learn(
    weights: GateWeights,
    probabilities: Float64Array,
    networkProbabilities: Float64Array,
    taught: Taught = 'all',
  ): number {
    const { parameters, learningRate } = this;
    const { trusts, cells, top } = weights;
    const levels = trusts.length;
    const networkMix = networkProbabilities.reduce((sum, p, i) => sum + p * weights.networks[i], 0);
    const unigram = probabilities[levels];
    // mixes[k]: the token's probability by the chain from place k on.
    const mixes = new Float64Array(levels + 1);
    mixes[levels] = weights.unigramTrust * unigram + (1 - weights.unigramTrust) * networkMix;
    for (let k = levels - 1; k >= 0; k--) {
      mixes[k] = trusts[k] * probabilities[k] + (1 - trusts[k]) * mixes[k + 1];
    }
    let remaining = learningRate / mixes[0];
    for (let k = 0; k < levels; k++) {
      const trust = trusts[k];
      if (taught !== 'half') {
        const step = remaining * trust * (1 - trust) * (probabilities[k] - mixes[k + 1]);
        for (const cell of cells[k]) {
          parameters[cell] += step;
        }
      }
      remaining *= 1 - trust;
    }
    if (networkProbabilities.length === 0) {
      return mixes[0];
    }
    const trust = weights.unigramTrust;
    if (taught !== 'half') {
      parameters[unigramCell(top)] += remaining * trust * (1 - trust) * (unigram - networkMix);
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
        parameters[halfCell(top)] += step;
      } else {
        parameters[networkCell(top, slot)] += step;
      }
    }
    return mixes[0];
  }

  /** [slots.length] */
  private networkWeights(top: number, slots: readonly number[]): Float64Array {
    return softmax(Float64Array.from(slots, (slot) => this.networkScore(top, slot)));
  }

  private networkScore(top: number, slot: number): number {
    return slot === HALF_SLOT
      ? this.parameters[HALF_OFFSET] + this.parameters[halfCell(top)]
      : this.parameters[networkCell(top, slot)];
  }
}
