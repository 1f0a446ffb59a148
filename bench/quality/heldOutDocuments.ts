/** Files held out of those that a workspace's split.json lists as `train`, to be scored by the mix; its `test` files are never opened. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ScoredDocument } from '../../src/model/evaluate/scoreText';
import { Mixture, type MixtureOptions } from '../../src/model/mixture/mixture';
import { tokenKinds } from '../../src/model/tokenizer/tokenKinds';
import { DEFAULT_TRAINING } from '../../src/protocol/trainerProtocol';
import { productPaths } from '../../src/terminal/productPaths';
import { holdOutFromTraining, readSplit, readTexts } from '../../src/terminal/split';
import { fileUri } from '../../src/terminal/workspaceTexts';
import { loadNetworks } from './loadNetworks';

/** Most tokens scored of one file, so that a small sample covers many files. */
const MOST_DOCUMENT_TOKENS = 2000;

export interface HeldOutDocuments {
  /** Of the base network and, if there is one, the personal one; it has read all training files but those held out. */
  readonly mix: Mixture;
  readonly options: MixtureOptions;
  /** The beginnings of files that the trainer held out, too. */
  readonly documents: readonly ScoredDocument[];
}

/**
 * @param most tokens to score
 * @param models the folder of what `npm run bench -- quality` has trained; without a workspace's model, the base is the only network
 */
export async function heldOutDocuments(
  root: string,
  folder: string,
  most: number,
  models?: string,
): Promise<HeldOutDocuments> {
  const { train } = await readSplit(join(folder, 'split.json'));
  const texts = await readTexts(folder, train);
  const heldOut = new Set(holdOutFromTraining(folder, texts, DEFAULT_TRAINING.seed).heldOut);
  const modelPath = models === undefined ? null : modelIn(models, basename(folder));
  const { networks, gate, tokenizer } = await loadNetworks(productPaths(root), modelPath);
  const { vocabSize, endOfTextId } = tokenizer;
  const options = { vocabSize, endOfTextId, kinds: tokenKinds(tokenizer), gate, networks };
  const mix = new Mixture(options);
  const documents: ScoredDocument[] = [];
  let room = most;
  for (const { path, text } of texts) {
    const uri = fileUri(folder, path);
    const encoded = tokenizer.encode(text);
    if (!heldOut.has(path)) {
      mix.workspace.learnFile(uri, encoded, false);
    } else if (room > 0) {
      const tokens = encoded.subarray(0, Math.min(room, MOST_DOCUMENT_TOKENS));
      const bytes = tokens.reduce((sum, id) => sum + tokenizer.tokenBytes(id).length, 0);
      documents.push({ uri, tokens, bytes });
      room -= tokens.length;
    }
  }
  return { mix, options, documents };
}

function modelIn(folder: string, workspace: string): string | null {
  const file = readdirSync(folder).find(
    (name) => name.startsWith(`${workspace}-`) && name.endsWith('.safetensors'),
  );
  return file === undefined ? null : join(folder, file);
}
