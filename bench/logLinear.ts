/**
 * Multiplying the experts instead of adding them: bits per byte of a log-linear mix, p ∝ Π p_i^w_i, of the networks and the counts,
 * and of the mix itself multiplied with them, each with the weights that are best in hindsight. Compared with the mix, on files held out
 * of those that each split.json lists as `train`. `test` files are never opened.
 *
 *   npx tsx bench/logLinear.ts [--workspaces DIR] [--tokens 4000] [--models DIR]
 *
 * DIR of --models holds what `npm run bench -- quality` has trained (.cache/bench). Without a workspace's model, the base is the only
 * network.
 */
import { basename } from 'node:path';
import { Mixture } from '../src/model/mixture/mixture';
import { align, type Row } from './alignRows';
import { heldOutDocuments, type HeldOutDocuments } from './quality/heldOutDocuments';
import { workspaceOptions } from './workspaceFolders';
import { runBench } from './runBench';

/** Added to the probabilities of the counts, which are zero for tokens that the workspace has never had. */
const LEAST = 1e-6;
const NEWTON_STEPS = 8;

/** At one token: ln p of every token by each expert, [vocabSize] each, and the token that followed. */
interface Recorded {
  readonly logProbs: readonly Float32Array[];
  readonly token: number;
}

/** Reads each document from its start; the counts of the document and the gate learn each token after it was recorded. */
function record({ mix, documents }: HeldOutDocuments): Recorded[] {
  const { vocabSize, kinds, workspace } = mix;
  const counts = new Mixture({ kinds, networks: [], gate: null, workspace });
  const recorded: Recorded[] = [];
  for (const { uri, tokens } of documents) {
    workspace.openDocument(uri);
    let [state, alone] = [mix.start(), counts.start()];
    for (const token of tokens) {
      const [mixed, counted] = [new Float32Array(vocabSize), new Float32Array(vocabSize)];
      mix.predict(state, mixed);
      counts.predict(alone, counted);
      const networks = mix.explain(state).filter(({ name }) => mix.networkNames.includes(name));
      const all = [mixed, ...networks.map(({ probs }) => probs), counted];
      recorded.push({ logProbs: all.map((probs) => probs.map((p) => Math.log(p + LEAST))), token });
      mix.scoreAndLearn(state, token);
      counts.scoreAndLearn(alone, token);
      workspace.document.append([token]);
      state = mix.next(state, token);
      alone = counts.next(alone, token);
    }
  }
  return recorded;
}

/** Bits of all tokens with the best weights, found by diagonal Newton steps from `weights`, half of each taken. */
function bitsInHindsight(recorded: readonly Recorded[], experts: readonly number[], first: number[]): number {
  const weights = [...first];
  let bits = 0;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    bits = 0;
    const slope = weights.map(() => 0);
    const curvature = weights.map(() => 0);
    for (const { logProbs, token } of recorded) {
      const own = experts.map((expert) => logProbs[expert]);
      const scores = own[0].map((_, id) => own.reduce((sum, logs, i) => sum + weights[i] * logs[id], 0));
      const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity);
      const shares = scores.map((score) => Math.exp(score - highest));
      const total = shares.reduce((sum, share) => sum + share, 0);
      bits -= Math.log2(shares[token] / total);
      for (const [i, logs] of own.entries()) {
        let [mean, square] = [0, 0];
        for (let id = 0; id < logs.length; id++) {
          mean += (shares[id] / total) * logs[id];
          square += (shares[id] / total) * logs[id] ** 2;
        }
        slope[i] += logs[token] - mean;
        curvature[i] += square - mean ** 2;
      }
    }
    for (const i of weights.keys()) {
      weights[i] += (0.5 * slope[i]) / curvature[i];
    }
  }
  return bits;
}

async function main(): Promise<void> {
  const { values, folders } = workspaceOptions({
    tokens: { type: 'string', default: '4000' },
    models: { type: 'string' },
  });
  const rows: Row[] = [['', 'mix', 'experts multiplied', 'mix multiplied with them']];
  for (const folder of folders) {
    process.stderr.write(`${folder}\n`);
    const held = await heldOutDocuments(folder, Number(values.tokens), values.models);
    const recorded = record(held);
    const bytes = held.documents.reduce((sum, document) => sum + document.bytes, 0);
    const experts = recorded[0].logProbs.map((_, i) => i);
    const mix = recorded.reduce((sum, { logProbs, token }) => sum - logProbs[0][token], 0) / Math.LN2;
    const others = experts.slice(1);
    const multiplied = bitsInHindsight(
      recorded,
      others,
      others.map(() => 1 / others.length),
    );
    const both = bitsInHindsight(
      recorded,
      experts,
      experts.map((expert) => (expert === 0 ? 1 : 0)),
    );
    const change = (bits: number) => `${bits < mix ? '' : '+'}${(100 * (bits / mix - 1)).toFixed(1)} %`;
    rows.push([basename(folder), (mix / bytes).toFixed(4), change(multiplied), change(both)]);
  }
  process.stdout.write(`Bits per byte of held-out training files, and changes\n${align(rows)}`);
}

runBench(main);
