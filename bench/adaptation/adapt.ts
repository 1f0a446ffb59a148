import type { NetworkConfig, NetworkWeights } from '../../src/model/networkConfig';
import { DEFAULT_TRAINING } from '../../src/protocol/trainerProtocol';
import { BatchStream, type DocumentTokens } from '../../src/trainer/data/batchStream';
import type { TrainableNetwork, TrainingEngine } from '../../src/trainer/engine';
import type { Recipe } from './recipe';

/** The pull is applied once in this many steps, as it costs a copy of all weights. */
const STEPS_PER_PULL = 8;

export interface Adaptation {
  readonly engine: TrainingEngine;
  readonly config: NetworkConfig;
  readonly base: NetworkWeights;
  readonly learned: readonly DocumentTokens[];
  readonly recipe: Recipe;
  /** Tokens to train on, in all batches together. */
  readonly tokens: number;
  readonly seed: number;
}

/** @returns the network after training; the caller disposes it */
export async function adapt({
  engine,
  config,
  base,
  learned,
  recipe,
  tokens,
  seed,
}: Adaptation): Promise<TrainableNetwork> {
  const { batchSize, unrollSteps, dropout, learningRate, recency } = recipe;
  const network = engine.createNetwork(config, base, seed);
  const stream = new BatchStream(learned, {
    batchSize,
    unrollSteps,
    seed,
    ...(recency === 1 ? {} : { weightOf: (document) => recency ** (document / learned.length) }),
  });
  const steps = Math.max(1, Math.round(tokens / (stream.batchSize * unrollSteps)));
  for (let step = 0; step < steps; step++) {
    const rate = learningRate * recipe.schedule(step / steps);
    const before = recipe.embeddingRate === 1 && recipe.cellRate === 1 ? null : await network.exportWeights();
    await network.trainStep(stream.next(), {
      learningRate: rate,
      dropout: dropout(stream.epochs),
      gradientClipNorm: DEFAULT_TRAINING.gradientClipNorm,
    });
    if (before !== null) {
      const scaleOf = (name: string) =>
        name === 'embedding' || name === 'outputBias' ? recipe.embeddingRate : recipe.cellRate;
      // Adam's step is proportional to the rate, so a share of the step is a share of the rate.
      network.importWeights(between(before, await network.exportWeights(), scaleOf));
    }
    if (recipe.pull > 0 && step % STEPS_PER_PULL === STEPS_PER_PULL - 1) {
      const share = Math.min(1, STEPS_PER_PULL * rate * recipe.pull);
      network.importWeights(between(base, await network.exportWeights(), () => 1 - share));
    }
  }
  return network;
}

/** Interpolates from `a` to `b`: each weight goes the share of the way that `scaleOf` gives for its name. */
function between(a: NetworkWeights, b: NetworkWeights, scaleOf: (name: string) => number): NetworkWeights {
  return new Map(
    [...a].map(([name, from]) => {
      const to = b.get(name)!;
      const scale = scaleOf(name);
      return [name, from.map((value, i) => value + scale * (to[i] - value))];
    }),
  );
}
