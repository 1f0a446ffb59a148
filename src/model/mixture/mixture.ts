import type { ExpertPrediction, MixtureModel, MixtureState } from '../mixtureModel';
import type { Expert } from '../expert';
import { Gate, sharesOf, type GateWeights, type Taught } from './gate';
import { MATCH_LEVEL, type GateContext, type GateLevel } from './gateParameters';
import { LiveLevels, type LivePart } from './liveLevels';
import { NetworkEnsemble, type NetworkStates } from './networkEnsemble';
import { MAX_CONTEXT } from './textIndex';
import { WorkspaceIndex } from './workspaceIndex';

export interface MixtureOptions {
  /** [vocabSize], the kind of each token, by which the gate tells words from punctuation, see `tokenKinds.ts`. */
  readonly kinds: Uint8Array;
  /** The base network, the personal one, or both, in this order; at most two. */
  readonly networks: readonly Expert[];
  /** The language-model half that the user chose, over the same vocabulary; its weight is earned as text is read. */
  readonly half?: Expert | null;
  /** Parameters that a gate has learned; null starts afresh. */
  readonly gate: Float32Array | null;
  readonly endOfTextId?: number;
  /** Live text to share with another mixture; without it the mixture starts with none. */
  readonly workspace?: WorkspaceIndex;
  /** Parts of the live text that are left out, to measure what they are worth. */
  readonly without?: readonly LivePart[];
  /** 0.1 when absent. */
  readonly gateLearningRate?: number;
}

interface State extends NetworkStates {
  /** The last tokens, at most {@link MAX_CONTEXT}. */
  readonly history: Uint16Array;
}

/** Everything about one state that predicting, explaining and learning share. */
interface Reading {
  readonly state: State;
  readonly version: number;
  /** See {@link NetworkEnsemble.speakers}. */
  readonly speakers: readonly number[];
  /** Longest context first. */
  readonly levels: readonly GateLevel[];
  readonly weights: GateWeights;
}

/** The networks and the live workspace text as one predictor; the gate decides at every step whom to trust. */
export class Mixture implements MixtureModel {
  readonly name = 'mix';
  readonly vocabSize: number;
  readonly workspace: WorkspaceIndex;
  readonly gate: Gate;
  readonly kinds: Uint8Array;
  private readonly ensemble: NetworkEnsemble;
  private readonly endOfTextId: number;
  private readonly live: LiveLevels;
  private readonly sum: Float64Array;
  private reading: Reading | null = null;

  constructor(options: MixtureOptions) {
    const { kinds, half = null, gate, endOfTextId = 0, without = [], gateLearningRate = 0.1 } = options;
    const vocabSize = kinds.length;
    this.vocabSize = vocabSize;
    this.ensemble = new NetworkEnsemble(vocabSize, options.networks, half);
    this.endOfTextId = endOfTextId;
    this.workspace = options.workspace ?? new WorkspaceIndex(vocabSize, endOfTextId);
    this.gate = new Gate(vocabSize, gate, gateLearningRate);
    this.kinds = kinds;
    this.live = new LiveLevels(this.workspace, vocabSize, without);
    this.sum = new Float64Array(vocabSize);
  }

  get networkNames(): string[] {
    return this.ensemble.names;
  }

  get halfWeight(): number | null {
    return this.ensemble.hasHalf ? this.gate.halfShare(this.ensemble.slots) : null;
  }

  start(): MixtureState {
    const { endOfTextId } = this;
    return {
      history: Uint16Array.of(endOfTextId),
      networks: this.ensemble.start(endOfTextId),
    } satisfies State;
  }

  next(state: MixtureState, tokenId: number): MixtureState {
    return this.nextMany([state], [tokenId])[0];
  }

  nextMany(states: readonly MixtureState[], tokenIds: ArrayLike<number>): MixtureState[] {
    const own = states as readonly State[];
    const byNetwork = this.ensemble.nextMany(own, tokenIds);
    return own.map(({ history }, i): State => {
      const kept = Math.min(history.length, MAX_CONTEXT - 1);
      const extended = new Uint16Array(kept + 1);
      extended.set(history.subarray(history.length - kept));
      extended[kept] = tokenIds[i];
      return { history: extended, networks: byNetwork.map((networkStates) => networkStates[i]) };
    });
  }

  predict(state: MixtureState, probs: Float32Array): void {
    this.mixInto(this.read(state as State), probs);
  }

  predictMany(states: readonly MixtureState[], probs: readonly Float32Array[]): void {
    const own = states as readonly State[];
    const given = this.ensemble.predictMany(own);
    for (const [i, state] of own.entries()) {
      this.mixInto(this.read(state, given[i]), probs[i]);
    }
  }

  prepare(states: readonly MixtureState[]): Promise<void> | undefined {
    return this.ensemble.prepare(states as readonly State[]);
  }

  explain(state: MixtureState): ExpertPrediction[] {
    const { levels, weights, speakers } = this.read(state as State);
    const shares = sharesOf(weights);
    const { names, probs: networkProbs } = this.ensemble;
    const predictions: ExpertPrediction[] = [];
    const countsProbs = new Float64Array(this.vocabSize);
    let countsWeight = shares.unigrams;
    this.workspace.addUnigrams(countsProbs, shares.unigrams);
    for (const [k, { counts, level }] of levels.entries()) {
      const weight = shares.levels[k];
      if (level === MATCH_LEVEL) {
        const probs = new Float32Array(this.vocabSize);
        counts.addTo(probs, 1);
        predictions.push({ name: 'copy', weight, probs });
      } else {
        counts.addTo(countsProbs, weight);
        countsWeight += weight;
      }
    }
    const probs = Float32Array.from(countsProbs, (p) => p / countsWeight);
    predictions.push({ name: 'counts', weight: countsWeight, probs });
    for (const [i, n] of speakers.entries()) {
      predictions.push({
        name: names[n],
        weight: shares.networks[i],
        probs: networkProbs[n].slice(),
      });
    }
    return predictions;
  }

  learnGate(state: MixtureState, tokenId: number): void {
    this.scoreAndLearn(state, tokenId, this.ensemble.isHalfSlow ? 'allButHalf' : 'all');
  }

  learnSlowHalf(state: MixtureState, tokenId: number): boolean {
    if (!this.ensemble.isHalfSlow || !this.ensemble.isHalfReady(state as State)) {
      return false;
    }
    this.scoreAndLearn(state, tokenId, 'half');
    return true;
  }

  /**
   * The probability of the token that really follows, by the mix and by each network; then the gate learns from it.
   * Costs one prediction of each network, unless `predict` was called just before with the same state. A network that is not
   * ready in this state has NaN, and its weight is not updated.
   */
  scoreAndLearn(
    state: MixtureState,
    tokenId: number,
    taught: Taught = 'all',
  ): { mix: number; networks: Float64Array } {
    const { levels, weights, speakers } = this.read(state as State);
    const probabilities = Float64Array.from([
      ...levels.map(({ counts }) => counts.probability(tokenId)),
      this.workspace.unigramProbability(tokenId),
    ]);
    const spoken = Float64Array.from(speakers, (n) => this.ensemble.probs[n][tokenId]);
    const mix = this.gate.learn(weights, probabilities, spoken, taught);
    this.reading = null;
    const networks = new Float64Array(this.ensemble.size).fill(NaN);
    for (const [i, n] of speakers.entries()) {
      networks[n] = spoken[i];
    }
    return { mix, networks };
  }

  dispose(): void {
    this.ensemble.dispose();
  }

  /** Fills the scratch arrays for a state; the result is valid until the next call. */
  private read(state: State, given?: readonly (Float32Array | undefined)[]): Reading {
    const { version } = this.workspace;
    const { reading, ensemble } = this;
    const speakers = ensemble.speakers(state);
    if (
      reading?.state === state &&
      reading.version === version &&
      reading.speakers.length === speakers.length
    ) {
      return reading;
    }
    ensemble.read(state, speakers, given);
    // The highest probability counts, so that a poor second network does not look like doubt of the first.
    const levels = this.live.read(state.history, (tokenId) =>
      speakers.reduce((most, n) => Math.max(most, ensemble.probs[n][tokenId]), 0),
    );
    const weights = this.gate.weigh(
      levels,
      this.contextOf(state.history),
      speakers.map((n) => ensemble.slots[n]),
    );
    this.reading = { state, version, speakers, levels, weights };
    return this.reading;
  }

  private contextOf(history: Uint16Array): GateContext {
    const lastToken = history.at(-1) ?? this.endOfTextId;
    const before = history.at(-2) ?? this.endOfTextId;
    return { lastToken, kinds: [this.kinds[lastToken], this.kinds[before]] };
  }

  private mixInto({ levels, weights, speakers }: Reading, probs: Float32Array): void {
    const sum = this.sum.fill(0);
    const shares = sharesOf(weights);
    for (const [k, { counts }] of levels.entries()) {
      counts.addTo(sum, shares.levels[k]);
    }
    this.workspace.addUnigrams(sum, shares.unigrams);
    for (const [i, n] of speakers.entries()) {
      const weight = shares.networks[i];
      const networkProbs = this.ensemble.probs[n];
      for (let tokenId = 0; tokenId < sum.length; tokenId++) {
        sum[tokenId] += weight * networkProbs[tokenId];
      }
    }
    // The networks' 32-bit probabilities only nearly sum to one; dividing by the total corrects that.
    let total = 0;
    for (let tokenId = 0; tokenId < sum.length; tokenId++) {
      total += sum[tokenId];
    }
    for (let tokenId = 0; tokenId < sum.length; tokenId++) {
      probs[tokenId] = sum[tokenId] / total;
    }
  }
}
