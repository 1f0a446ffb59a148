/** Suggestions in files held out of those that a workspace's split.json lists as `train`; its `test` files are never opened. */
import { sampleStretches, type TypedStretch, type TypedText } from '../../src/model/evaluate/typedStretches';
import { seededRandom } from '../../src/model/generation/seededRandom';
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
  folder: string,
  characters: number,
  options: ReadingOptions = {},
  sample: SampleStretches = sampleStretches,
): Promise<HeldOutPositions> {
  const { mix, tokenizer, heldOut } = await heldOutWorkspace(folder, SEED, null);
  try {
    const stretches = sample(heldOut, characters, seededRandom(SEED));
    return { stretches, positions: [...readTypedPositions(mix, tokenizer, stretches, options)] };
  } finally {
    mix.dispose();
  }
}
