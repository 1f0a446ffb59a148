/** Bits per byte of a fold's held-out files, by the personal network alone and by the whole mix behind ghost text. */
import type { Expert } from '../../src/model/expert';
import { Mixture } from '../../src/model/mixture/mixture';
import { createKernelNetwork } from '../../src/model/network/kernelNetwork';
import type { WorkspaceIndex } from '../../src/model/mixture/workspaceIndex';
import type { StoredWeights } from '../../src/model/network/quantizedMatrix';
import type { NetworkConfig } from '../../src/model/networkConfig';
import type { Fold } from './fold';

export interface FoldScore {
  readonly bytes: number;
  readonly personal: number;
  readonly mix: number;
}

export interface ScoredModels {
  readonly config: NetworkConfig;
  /** [vocabSize], see `tokenKinds.ts`. */
  readonly kinds: Uint8Array;
  readonly base: StoredWeights;
  /** Null scores the mix without a personal network; the `personal` score is then the base network's. */
  readonly personal: StoredWeights | null;
  readonly gate: Float32Array | null;
  readonly kernel: Uint8Array;
}

/** What an online learner does with text that has just been scored; the weights it returns replace the personal network's. */
export type LearnOn = (text: Int32Array) => Promise<StoredWeights | null>;

/**
 * The mix reads as it does after a training (see `calibrateGate`): its gate starts from the base model's and learns after each score.
 * @param learnOn is called after every `every` tokens of a document and at its end
 */
export async function scoreFold(
  fold: Fold,
  { config, kinds, base, personal, gate, kernel }: ScoredModels,
  learnOn?: { readonly every: number; readonly learn: LearnOn },
): Promise<FoldScore> {
  const baseNetwork = createKernelNetwork(config, base, 'base', kernel);
  const current =
    personal === null
      ? null
      : new ReplaceableNetwork(createKernelNetwork(config, personal, 'personal', kernel));
  const networks = current === null ? [baseNetwork] : [baseNetwork, current];
  const workspace = learnOn === undefined ? sharedText(fold, kinds) : liveText(fold, kinds);
  const mix = new Mixture({ kinds, networks, gate, workspace });
  const bits = { personal: 0, mix: 0 };
  try {
    for (const { path, tokens } of fold.heldOut) {
      workspace.openDocument(path);
      let state = mix.start();
      let learnedTo = 0;
      for (const [i, tokenId] of tokens.entries()) {
        const scored = mix.scoreAndLearn(state, tokenId);
        bits.personal -= Math.log2(Math.max(scored.networks[networks.length - 1], 1e-38));
        bits.mix -= Math.log2(Math.max(scored.mix, 1e-38));
        workspace.document.append([tokenId]);
        state = mix.next(state, tokenId);
        const read = i + 1;
        if (learnOn !== undefined && (read - learnedTo === learnOn.every || read === tokens.length)) {
          const weights = await learnOn.learn(tokens.subarray(learnedTo, read));
          learnedTo = read;
          if (weights !== null) {
            current!.replace(createKernelNetwork(config, weights, 'personal', kernel));
          }
        }
      }
      workspace.openDocument(null);
      if (learnOn !== undefined) {
        workspace.learnFile(path, tokens, true);
      }
    }
  } finally {
    mix.dispose();
  }
  const bytes = fold.heldOut.reduce((sum, document) => sum + document.bytes, 0);
  return { bytes, personal: bits.personal / bytes, mix: bits.mix / bytes };
}

let shared: { readonly fold: Fold; readonly text: WorkspaceIndex } | null = null;

/** Indexed once for all recipes of a fold, which do not change it. */
function sharedText(fold: Fold, kinds: Uint8Array): WorkspaceIndex {
  if (shared?.fold !== fold) {
    shared = { fold, text: liveText(fold, kinds) };
  }
  return shared.text;
}

function liveText(fold: Fold, kinds: Uint8Array): WorkspaceIndex {
  const { workspace } = new Mixture({ kinds, networks: [], gate: null });
  for (const [i, tokens] of fold.learned.entries()) {
    workspace.learnFile(`learned ${i}`, Int32Array.from(tokens.subarray(1, -1)), false);
  }
  return workspace;
}

/** A network whose weights change while its states live on. */
class ReplaceableNetwork implements Expert {
  constructor(private network: Expert) {}

  replace(network: Expert): void {
    this.network.dispose();
    this.network = network;
  }

  get name(): string {
    return this.network.name;
  }

  get vocabSize(): number {
    return this.network.vocabSize;
  }

  start: Expert['start'] = () => this.network.start();
  next: Expert['next'] = (state, tokenId) => this.network.next(state, tokenId);
  nextMany: Expert['nextMany'] = (states, tokenIds) => this.network.nextMany(states, tokenIds);
  predict: Expert['predict'] = (state, probs) => {
    this.network.predict(state, probs);
  };
  predictMany: Expert['predictMany'] = (states, probs) => {
    this.network.predictMany(states, probs);
  };

  dispose(): void {
    this.network.dispose();
  }
}
