import type { MeasuredWorkspace } from '../measuredWorkspace';

/** A sentence for each peer that was left out, so that its absence is not taken for a result. */
export function missingPeers(measured: readonly MeasuredWorkspace[], cursors: number): string[] {
  const peers = measured.flatMap(({ quality }) => (quality === null ? [] : [quality.peers]));
  const fetch = 'fetch it with "node bench/peers/fetchPeers.mjs"';
  const lines: string[] = [];
  if (peers.some(({ ppmd }) => ppmd === null)) {
    lines.push(`7z PPMd was left out: it is not installed; ${fetch}.`);
  }
  if (peers.some(({ zpaq }) => zpaq === null)) {
    lines.push(`zpaq was left out: it is not installed; ${fetch}.`);
  }
  for (const name of ['SmolLM2-135M', 'Gemma 3 270M'] as const) {
    if (cursors === 0) {
      lines.push(`${name} was left out, as --cursors 0 asks.`);
    } else if (peers.some(({ transformers }) => transformers[name] === null)) {
      lines.push(`${name} was left out: the model or node-llama-cpp is not in .cache/peers; ${fetch}.`);
    }
  }
  return lines;
}
