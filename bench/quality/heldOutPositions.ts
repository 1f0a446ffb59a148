/** Suggestions in files held out of those that a workspace's split.json lists as `train`; its `test` files are never opened. */
import { join } from 'node:path';
import { sampleStretches, type TypedStretch, type TypedText } from '../../src/model/evaluate/typedStretches';
import { costOfWrong } from '../../src/model/generation/expectedSaving';
import { seededRandom } from '../../src/model/generation/seededRandom';
import { leastExplored } from '../../src/model/generation/suggestionSearch';
import { Mixture } from '../../src/model/mixture/mixture';
import { tokenKinds } from '../../src/model/tokenizer/tokenKinds';
import { DEFAULT_KEYSTROKES } from '../../src/terminal/keystrokeScore';
import { productPaths } from '../../src/terminal/productPaths';
import { holdOutFromTraining, readSplit, readTexts } from '../../src/terminal/split';
import { fileUri } from '../../src/terminal/workspaceTexts';
import { loadNetworks } from './loadNetworks';
import { readTypedPositions, type TextAfter, type TypedPosition } from './typedPositions';

const SEED = 7;

export interface HeldOutPositions {
  readonly stretches: readonly TypedStretch[];
  readonly positions: readonly TypedPosition[];
}

/** Draws about so many characters of some files; for the same numbers the same. */
export type SampleStretches = (
  files: readonly TypedText[],
  characters: number,
  random: () => number,
) => readonly TypedStretch[];

/**
 * Works without a personal network, which would have to be trained on the rest of the files.
 * @param after see {@link ReadingOptions}
 */
export async function heldOutPositions(
  root: string,
  folder: string,
  characters: number,
  { sample = sampleStretches, after }: { sample?: SampleStretches; after?: TextAfter } = {},
): Promise<HeldOutPositions> {
  const { train } = await readSplit(join(folder, 'split.json'));
  const texts = await readTexts(folder, train);
  const heldOut = new Set(holdOutFromTraining(folder, texts, SEED).heldOut);
  const named = texts.map(({ path, text }) => ({ path, name: fileUri(folder, path), text }));
  const { networks, gate, tokenizer } = await loadNetworks(productPaths(root), null);
  const { vocabSize, endOfTextId } = tokenizer;
  const mix = new Mixture({ vocabSize, endOfTextId, kinds: tokenKinds(tokenizer), gate, networks });
  try {
    for (const { path, name, text } of named) {
      if (!heldOut.has(path)) {
        mix.workspace.learnFile(name, tokenizer.encode(text), false);
      }
    }
    const files = named.filter(({ path }) => heldOut.has(path));
    const stretches = sample(files, characters, seededRandom(SEED));
    const minProbability = leastExplored(costOfWrong(1));
    const { maxNewTokens } = DEFAULT_KEYSTROKES;
    return {
      stretches,
      positions: [
        ...readTypedPositions(mix, tokenizer, stretches, {
          minProbability,
          maxNewTokens,
          ...(after && { after }),
        }),
      ],
    };
  } finally {
    mix.dispose();
  }
}
