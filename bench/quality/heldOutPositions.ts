/** Suggestions in files held out of those that a workspace's split.json lists as `train`; its `test` files are never opened. */
import { sampleStretches, type TypedStretch, type TypedText } from '../../src/model/evaluate/typedStretches';
import { costOfWrong } from '../../src/model/generation/expectedSaving';
import { seededRandom } from '../../src/model/generation/seededRandom';
import { leastExplored } from '../../src/model/generation/suggestionSearch';
import { DEFAULT_KEYSTROKES } from '../../src/terminal/keystrokeScore';
import { heldOutWorkspace } from './heldOutWorkspace';
import {
  readTypedPositions,
  type ReadingOptions,
  type StretchBefore,
  type TypedPosition,
} from './typedPositions';

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
) => readonly StretchBefore[];

/**
 * Works without a personal network, which would have to be trained on the rest of the files.
 */
export async function heldOutPositions(
  root: string,
  folder: string,
  characters: number,
  options: Omit<ReadingOptions, 'minProbability' | 'maxNewTokens'> = {},
  sample: SampleStretches = sampleStretches,
): Promise<HeldOutPositions> {
  const { mix, tokenizer, heldOut } = await heldOutWorkspace(root, folder, SEED, null);
  try {
    const stretches = sample(heldOut, characters, seededRandom(SEED));
    const minProbability = leastExplored(costOfWrong(1, 'prose'));
    const { maxNewTokens } = DEFAULT_KEYSTROKES;
    return {
      stretches,
      positions: [
        ...readTypedPositions(mix, tokenizer, stretches, {
          minProbability,
          maxNewTokens,
          ...options,
        }),
      ],
    };
  } finally {
    mix.dispose();
  }
}
