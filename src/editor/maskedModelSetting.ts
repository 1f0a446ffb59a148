import { absolutePath } from './absolutePath';
import type { Translate } from './translate';

export const MASKED_MODEL_SETTING = 'understudy.maskedModel';

/**
 * The folder that the setting chooses; null is none.
 * @throws Error with a sentence for the user when the value is not an absolute path
 */
export function parseMaskedModel(t: Translate, given: unknown): string | null {
  if (given !== undefined && typeof given !== 'string') {
    throw new Error(
      t(
        'The setting understudy.maskedModel takes the whole path of a folder; correct it in your user settings.',
      ),
    );
  }
  const folder = given?.trim() ?? '';
  return folder === '' ? null : absolutePath(t, MASKED_MODEL_SETTING, folder);
}
