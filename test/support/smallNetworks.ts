import { CELL_KINDS, hasAttention, type NetworkConfig } from '../../src/model/networkConfig';

export interface SmallNetwork {
  readonly title: string;
  readonly config: NetworkConfig;
}

export function looksBack(config: NetworkConfig): boolean {
  return config.architecture === 'transformer' || hasAttention(config);
}

/**
 * How far the weights of two engines may lie apart, as a share of how far training moved them. Adam turns a gradient near zero into a
 * step of full length, so single weights may differ although what was learned does not; attention that hardly looks anywhere and
 * squared rectifiers near zero have many such gradients.
 */
export function toleratedDistance(config: NetworkConfig): number {
  return looksBack(config) ? 0.05 : 0.01;
}

/** A blueprint of each kind, small enough to compare number by number. */
export function smallNetworks(sizes: {
  readonly vocabSize: number;
  readonly embeddingSize: number;
  readonly hiddenSize: number;
}): SmallNetwork[] {
  const layered = (numLayers: number) => `of ${numLayers} layer${numLayers > 1 ? 's' : ''}`;
  const plain = CELL_KINDS.flatMap((architecture) =>
    [1, 2].map((numLayers) => ({
      title: `${architecture} ${layered(numLayers)}`,
      config: { ...sizes, architecture, numLayers },
    })),
  );
  return [
    ...plain,
    {
      title: 'lstm with attention',
      config: { ...sizes, architecture: 'lstm', numLayers: 1, attention: true },
    },
    {
      title: 'gru of 2 layers with attention',
      config: { ...sizes, architecture: 'gru', numLayers: 2, attention: true },
    },
    ...[1, 2].map((numLayers) => ({
      title: `transformer ${layered(numLayers)}`,
      config: { ...sizes, architecture: 'transformer' as const, numLayers },
    })),
  ];
}
