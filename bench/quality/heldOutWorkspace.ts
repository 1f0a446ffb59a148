/** A mix that has read a workspace's training files but for those held out of them; the `test` files of split.json are never opened. */
import { join } from 'node:path';
import type { TypedText } from '../../src/model/evaluate/typedStretches';
import { Mixture, type MixtureOptions } from '../../src/model/mixture/mixture';
import { tokenKinds } from '../../src/model/tokenizer/tokenKinds';
import type { Tokenizer } from '../../src/model/tokenizer/tokenizer';
import { productPaths } from '../../src/terminal/productPaths';
import { holdOutFromTraining, readSplit, readTexts } from '../../src/terminal/split';
import { fileUri } from '../../src/terminal/workspaceTexts';
import { loadNetworks } from './loadNetworks';

export interface HeldOutWorkspace {
  readonly mix: Mixture;
  /** What the mix was made with. */
  readonly options: MixtureOptions;
  readonly tokenizer: Tokenizer;
  /** Named by their URIs. */
  readonly heldOut: readonly TypedText[];
}

/**
 * @param seed by which files are chosen
 * @param modelPath of the personal network; null for the base alone
 */
export async function heldOutWorkspace(
  root: string,
  folder: string,
  seed: number,
  modelPath: string | null,
): Promise<HeldOutWorkspace> {
  const { learned, heldOut } = await trainingTexts(folder, seed);
  const { networks, gate, tokenizer } = await loadNetworks(productPaths(root), modelPath);
  const { vocabSize, endOfTextId } = tokenizer;
  const options = { vocabSize, endOfTextId, kinds: tokenKinds(tokenizer), gate, networks };
  const mix = new Mixture(options);
  for (const { name, text } of learned) {
    mix.workspace.learnFile(name, tokenizer.encode(text), false);
  }
  return { mix, options, tokenizer, heldOut };
}

/** The files that a workspace's split.json lists as `train`, named by their URIs. */
export async function trainingTexts(
  folder: string,
  seed: number,
): Promise<{ readonly learned: TypedText[]; readonly heldOut: TypedText[] }> {
  const { train } = await readSplit(join(folder, 'split.json'));
  const texts = await readTexts(folder, train);
  const heldOutPaths = new Set(holdOutFromTraining(folder, texts, seed).heldOut);
  const named = (isHeldOut: boolean) =>
    texts
      .filter(({ path }) => heldOutPaths.has(path) === isHeldOut)
      .map(({ path, text }) => ({ name: fileUri(folder, path), text }));
  return { learned: named(false), heldOut: named(true) };
}
