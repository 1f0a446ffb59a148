import type { NetworkWeights } from '../../model/networkConfig';
import type { HeldOutScore } from '../../protocol/trainerProtocol';
import type { HeldOutSample } from '../data/heldOutSample';
import type { TrainableNetwork } from '../engine';
import { roundWeights } from './storedWeights';
import type { TrainingControl } from './trainingControl';

export interface Measured {
  readonly score: HeldOutScore;
  /** The network's weights as they are, not rounded. */
  readonly weights: NetworkWeights;
}

/**
 * Bits per byte of the network as it would be stored, with its matrices rounded to 8 bits, so that what is promised is
 * what is used. The network itself is as before.
 * @throws CancelledError
 */
export async function measureHeldOut(
  network: TrainableNetwork,
  sample: HeldOutSample,
  control: TrainingControl,
): Promise<Measured> {
  const weights = await network.exportWeights();
  network.importWeights(roundWeights(network.config, weights));
  let nats = 0;
  try {
    network.resetState('evaluate');
    for (const batch of sample.batches) {
      await control.breathe();
      nats += (await network.evaluateStep(batch)).lossSum;
    }
  } finally {
    network.importWeights(weights);
  }
  return { score: { bytes: sample.bytes, bitsPerByte: nats / (Math.LN2 * sample.bytes) }, weights };
}
