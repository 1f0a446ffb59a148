import type { Expert } from '../../../src/model/expert';
import type { StoredWeights } from '../../../src/model/network/quantizedMatrix';
import type { NetworkConfig } from '../../../src/model/networkConfig';
import { ReferenceNetwork } from './referenceNetwork';
import { ReferenceTransformer } from './referenceTransformer';

/** The reference of any architecture. */
export function referenceOf(config: NetworkConfig, weights: StoredWeights): Expert {
  return config.architecture === 'transformer'
    ? new ReferenceTransformer(config, weights, 'reference')
    : new ReferenceNetwork(config, weights, 'reference');
}
