import { dequantizeWeights, quantizeWeights } from '../../model/network/quantizedMatrix';
import type { NetworkWeights } from '../../model/networkConfig';
import type { HeldOutScore } from '../../protocol/trainerEvents';
import type { HeldOutSample } from '../data/heldOutSample';
import type { TrainableNetwork } from '../engine';
import type { TrainingControl } from './trainingControl';
import { validationCount } from './trainingBudget';

/** Measuring may take this share of the budget. */
const VALIDATION_SHARE = 0.08;
export const SMALLEST_SAMPLE_TOKENS = 1024;
const LARGEST_SAMPLE_TOKENS = 65_536;

export interface Measured {
  readonly score: HeldOutScore;
  /** The network's weights as they are, not rounded. */
  readonly weights: NetworkWeights;
}

/**
 * Bits per byte of the network as it would be stored, its matrices rounded to 8 bits, so that the score is that of the network
 * in use. Leaves the network itself unchanged.
 * @throws CancelledError
 */
export async function measureHeldOut(
  network: TrainableNetwork,
  sample: HeldOutSample,
  control: TrainingControl,
): Promise<Measured> {
  const weights = await network.exportWeights();
  network.importWeights(dequantizeWeights(quantizeWeights(network.config, weights)));
  let nats = 0;
  try {
    network.resetState('evaluate');
    for (const batch of sample.batches) {
      await control.breathe();
      nats += await network.evaluateStep(batch);
    }
  } finally {
    network.importWeights(weights);
  }
  return { score: { bytes: sample.bytes, bitsPerByte: nats / (Math.LN2 * sample.bytes) }, weights };
}

/**
 * How many tokens of held-out text can be measured as often as planned within their share of the budget.
 * @param now milliseconds of a steady clock
 */
export async function affordableTokens(
  network: TrainableNetwork,
  trial: HeldOutSample,
  seconds: number,
  now: () => number,
): Promise<number> {
  const [batch] = trial.batches;
  // An engine's first run is slower than later ones.
  await network.evaluateStep(batch);
  const start = now();
  await network.evaluateStep(batch);
  const tokensPerSecond = (batch.batchSize * batch.unrollSteps) / ((now() - start) / 1000);
  const affordable = (tokensPerSecond * seconds * VALIDATION_SHARE) / (validationCount(seconds) + 1);
  return Math.round(Math.min(LARGEST_SAMPLE_TOKENS, Math.max(SMALLEST_SAMPLE_TOKENS, affordable)));
}
