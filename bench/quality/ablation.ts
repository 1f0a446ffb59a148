/** What each expert contributes to the mix, and how reliable the mix's probabilities are. */
import type { LivePart } from '../../src/model/mixture/liveLevels';
import { Mixture, type MixtureOptions } from '../../src/model/mixture/mixture';
import type { ScoredDocument } from '../../src/model/evaluate/scoreText';
import { calibrationError, type Judged } from './calibrationError';
import { SharedNetwork } from './sharedNetwork';

export interface Ablation {
  /** Bits per byte of all experts together, on the same text. */
  readonly mix: number;
  /** Bits per byte of the mix without each expert; each such mix learns its own gate as it reads. */
  readonly without: Readonly<Record<string, number>>;
  /** Calibration error of the likeliest next token: between its probability and how often it was right, 0 to 1. */
  readonly nextTokenCalibrationError: number;
  readonly bytes: number;
}

const LIVE_PARTS: readonly LivePart[] = ['counts', 'copy', 'document'];

/** Scores each document from its start; like `scoreText`, it scores each token before it learns from it. */
export async function ablate(
  options: Omit<MixtureOptions, 'workspace' | 'without'>,
  learned: Mixture['workspace'],
  documents: readonly ScoredDocument[],
  onProgress: (share: number) => Promise<void>,
): Promise<Ablation> {
  const networks = options.networks.map((network) => new SharedNetwork(network));
  const base = { ...options, workspace: learned };
  const mix = new Mixture({ ...base, networks });
  const reduced = new Map([
    ...networks.map(
      (left) =>
        [left.name, new Mixture({ ...base, networks: networks.filter((one) => one !== left) })] as const,
    ),
    ...LIVE_PARTS.map((part) => [part, new Mixture({ ...base, networks, without: [part] })] as const),
  ]);
  const mixtures = [mix, ...reduced.values()];
  const bits = new Float64Array(mixtures.length);
  const judged: Judged[] = [];
  const probs = new Float32Array(mix.vocabSize);
  const total = documents.reduce((sum, { tokens }) => sum + tokens.length, 0);
  for (const { uri, tokens } of documents) {
    learned.openDocument(uri);
    let states = mixtures.map((mixture) => mixture.start());
    for (const tokenId of tokens) {
      mix.predict(states[0], probs);
      const likeliest = probs.reduce((best, p, id) => (p > probs[best] ? id : best), 0);
      judged.push({ probability: probs[likeliest], wasRight: likeliest === tokenId });
      for (const [i, mixture] of mixtures.entries()) {
        bits[i] -= Math.log2(Math.max(mixture.scoreAndLearn(states[i], tokenId).mix, 1e-38));
      }
      learned.document.append([tokenId]);
      states = mixtures.map((mixture, i) => mixture.next(states[i], tokenId));
      if (judged.length % 1024 === 0) {
        await onProgress(judged.length / total);
      }
    }
  }
  learned.openDocument(null);
  const bytes = documents.reduce((sum, document) => sum + document.bytes, 0);
  return {
    mix: bits[0] / bytes,
    without: Object.fromEntries([...reduced.keys()].map((name, i) => [name, bits[i + 1] / bytes])),
    nextTokenCalibrationError: calibrationError(judged),
    bytes,
  };
}
