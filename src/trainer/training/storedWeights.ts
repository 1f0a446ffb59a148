/** The form in which a trained network is stored: matrices in 8 bits, vectors as floats. */
import { networkTensorShapes, type NetworkConfig, type NetworkWeights } from '../../model/networkConfig';
import { dequantizeWeights, quantizeRows, type StoredWeights } from '../../model/network/quantizedMatrix';

export function toStoredWeights(config: NetworkConfig, weights: NetworkWeights): StoredWeights {
  return new Map(
    [...networkTensorShapes(config)].map(([name, [rows, columns]]) => {
      const values = weights.get(name)!;
      return [name, columns === undefined ? values : quantizeRows(values, rows, columns)];
    }),
  );
}

/** The floats that the stored form stands for. */
export function roundWeights(config: NetworkConfig, weights: NetworkWeights): NetworkWeights {
  return dequantizeWeights(toStoredWeights(config, weights));
}
