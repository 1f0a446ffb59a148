/**
 * How much each context length is trusted, and each network below them, learned online by gradient descent on the
 * cross-entropy of the mixed prediction. What is learned, and of what a trust is the sum, is in gateParameters.ts.
 *
 * The mix is a chain from the longest context down, as in prediction by partial matching with learned escapes (Cleary and
 * Witten 1984; secondary escape estimation: Shkarin 2002), but its last resort is the networks instead of a uniform distribution:
 *   mix_k = trust_k · p_k + (1 − trust_k) · mix_(k−1),   mix_0 = trust_0 · unigrams + (1 − trust_0) · Σ_i weight_i · network_i
 * A network alone has a soft place in the sum: weight = softmax over the networks of this situation's scores.
 */
import {
  HALF_OFFSET,
  HALF_SLOT,
  halfCell,
  initialParameters,
  KINDS_OFFSET,
  LEVELS,
  NETWORK_OFFSET,
  networkCell,
  trustCells,
  unigramCell,
  UNKNOWN_HALF,
  type GateContext,
  type GateLevel,
} from './gateParameters';

/** A token's part in the average share of the half. */
const LATE_RATE = 0.02;

/** Beyond this a trust is as good as whole, but a whole one would make what only the others foresee impossible. */
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

/** The weights in one situation; all of `trusts` with the rest shared by the networks make one. */
export interface GateWeights {
  /** By place in the list of levels, longest context first: the share of what longer contexts left. */
  readonly trusts: Float64Array;
  /** By the same places, the parameters that made the trust. */
  readonly cells: readonly (readonly number[])[];
  /** The longest level's number plus one, 0 when there is none. */
  readonly top: number;
  readonly unigramTrust: number;
  /** The places of the networks that speak. */
  readonly slots: readonly number[];
  /** [slots.length]; they sum to one. */
  readonly networks: Float64Array;
}

/** What the chain comes to for each part of the mix; all of them sum to one. */
export interface MixShares {
  /** By place in the list of levels. */
  readonly levels: Float64Array;
  readonly unigrams: number;
  /** By place in the list of networks that speak. */
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

/** What a token teaches: everything, the half's weight alone, or all but the half's weight. */
export type Taught = 'all' | 'half' | 'allButHalf';

export class Gate {
  /** [gateSize(vocabSize)], see `gateParameters.ts`; learned. */
  readonly parameters: Float32Array;
  /** The half's share among the networks that spoke, averaged over the last tokens; null before the first. */
  private lateHalfShare: number | null = null;

  /** @param learned parameters of an earlier gate, copied; null starts from what absolute discounting would do */
  constructor(
    private readonly vocabSize: number,
    learned: Float32Array | null,
    private readonly learningRate: number,
  ) {
    this.parameters = initialParameters(vocabSize, learned);
  }

  /** Parameters with this gate's trust in networks and, for all else, those that `before` had. */
  adoptNetworks(before: Gate): Float32Array {
    const parameters = before.parameters.slice();
    parameters.set(this.parameters.subarray(NETWORK_OFFSET, KINDS_OFFSET), NETWORK_OFFSET);
    return parameters;
  }

  /** What a newly chosen half has not earned is taken back. */
  forgetHalf(): void {
    this.lateHalfShare = null;
    this.parameters.fill(0, HALF_OFFSET, KINDS_OFFSET);
    this.parameters[HALF_OFFSET] = UNKNOWN_HALF;
  }

  /** Keeps what another gate has learned of the half, for a mix in which another network has changed. */
  adoptHalf(before: Gate): void {
    this.lateHalfShare = before.lateHalfShare;
    this.parameters.set(before.parameters.subarray(HALF_OFFSET, KINDS_OFFSET), HALF_OFFSET);
  }

  /** @param slots the places of the networks that speak: 0 and 1, and {@link HALF_SLOT} */
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

  /** The half's share among these networks, of which it is one, 0 to 1: where it spoke of late, or else on average over all situations. */
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
   * @param probabilities of the token at each level that the weights are for, then by the unigrams
   * @param networkProbabilities of the token by each network that speaks, in the order of the weights' slots
   * @param taught what takes the step
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
    // mixes[k]: what the chain from place k on gives to the token.
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
