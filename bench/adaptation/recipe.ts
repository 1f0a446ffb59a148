/** Ways to fit a base network to a workspace: the shipped one, and variants with one change. */
import { DEFAULT_TRAINING, FINE_TUNING } from '../../src/protocol/trainerProtocol';
import { dropoutAt } from '../../src/trainer/training/dropoutSchedule';
import { learningRateAt } from '../../src/trainer/training/learningRateSchedule';

export interface Recipe {
  /** From the share of the time that is spent, 0 to 1, to the rate as a share of its peak. */
  readonly schedule: (progress: number) => number;
  readonly learningRate: number;
  /** By the number of finished passes over the text. */
  readonly dropout: (epochs: number) => number;
  readonly batchSize: number;
  readonly unrollSteps: number;
  /** Shares of the rate: for the embedding, which is also the softmax, and for the cells and the projection. */
  readonly embeddingRate: number;
  readonly cellRate: number;
  /**
   * L2 pull to the base (Li et al. 2018, arXiv 1802.01483), decoupled from Adam's moments: each step goes back towards the base
   * weights by this times the rate, as a share of the distance.
   */
  readonly pull: number;
  /** How much more often the last quarter of the files, by path, is read than the first. */
  readonly recency: number;
}

function fromSecondPass(dropout: number): Recipe['dropout'] {
  return (epochs) => (epochs < 1 ? 0 : dropout);
}

export const SHIPPED: Recipe = {
  schedule: (progress) => learningRateAt(progress, 1),
  learningRate: DEFAULT_TRAINING.learningRate,
  dropout: (epochs) => dropoutAt(epochs, DEFAULT_TRAINING.dropout),
  batchSize: FINE_TUNING.batchSize,
  unrollSteps: DEFAULT_TRAINING.unrollSteps,
  embeddingRate: 1,
  cellRate: 1,
  pull: 0,
  recency: 1,
};

/** Howard & Ruder 2018 (arXiv 1801.06146): rises for a tenth of the time, then falls linearly to 1/32. */
const slanted = (progress: number): number => {
  const share = progress < 0.1 ? progress / 0.1 : (1 - progress) / 0.9;
  return (1 + share * 31) / 32;
};

const linear = (progress: number): number => Math.max(1 - progress, 0.02);

/** By their names in the table; `shipped` comes first, as the others are compared with it. */
export const RECIPES: Readonly<Record<string, Partial<Recipe>>> = {
  shipped: {},
  'slanted-triangular rate': { schedule: slanted },
  'linear rate': { schedule: linear },
  'rate 0.001': { learningRate: 0.001 },
  'rate 0.002': { learningRate: 0.002 },
  'rate 0.004': { learningRate: 0.004 },
  'no dropout': { dropout: () => 0 },
  'dropout 0.1': { dropout: fromSecondPass(0.1) },
  'dropout 0.3': { dropout: fromSecondPass(0.3) },
  'dropout 0.5': { dropout: fromSecondPass(0.5) },
  'dropout 0.1 more each pass: to 0.3': { dropout: (epochs) => Math.min(dropoutAt(epochs, 0.1), 0.3) },
  'dropout from the first pass on': { dropout: (epochs) => Math.max(dropoutAt(epochs, 0.1), 0.1) },
  'embedding at 0.3 of the rate': { embeddingRate: 0.3 },
  'cells at 0.3 of the rate': { cellRate: 0.3 },
  'pull 1': { pull: 1 },
  'batch 8': { batchSize: 8 },
  'windows of 64': { unrollSteps: 64, batchSize: 8 },
};

/** Compared only on files that come next, not on randomly held-out ones. */
export const RECENCY_RECIPES: Readonly<Record<string, Partial<Recipe>>> = {
  shipped: {},
  'last quarter twice as often': { recency: 2 },
  'last quarter four times as often': { recency: 4 },
};
