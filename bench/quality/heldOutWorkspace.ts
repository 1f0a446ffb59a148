/** A mix that has read a workspace's training files but for those held out of them; the `test` files of split.json are never opened. */
import { join } from 'node:path';
import type { TypedText } from '../../src/model/evaluate/typedStretches';
import { Mixture } from '../../src/model/mixture/mixture';
import { loadMixture, type LoadedMixture } from '../../src/terminal/loadedNetwork';
import { productPaths } from '../../src/terminal/productPaths';
import { holdOutFromTraining, readSplit, readTexts } from '../../src/terminal/split';
import { fileUri } from '../../src/terminal/workspaceTexts';

export interface HeldOutWorkspace extends LoadedMixture {
  readonly mix: Mixture;
  /** Named by their URIs. */
  readonly heldOut: readonly TypedText[];
}

/**
 * @param seed by which files are chosen
 * @param modelPath of the personal network; null for the base alone
 */
export async function heldOutWorkspace(
  folder: string,
  seed: number,
  modelPath: string | null,
): Promise<HeldOutWorkspace> {
  const { learned, heldOut } = await trainingTexts(folder, seed);
  const product = productPaths(join(__dirname, '..', '..'));
  const { options, tokenizer } = await loadMixture(product, modelPath);
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
