import { DEFAULT_KEYSTROKES } from '../../src/terminal/keystrokeScore';
import { eagernessCurve, type CurveOptions } from './eagernessCurve';
import type { HeldOutPositions } from './heldOutPositions';

/** Keys saved / suggestions shown but wrong at the default eagerness, in percent, as a cell of a table. */
export async function keysAndWrong(
  { stretches, positions }: HeldOutPositions,
  options: CurveOptions = {},
): Promise<string> {
  const [point] = await eagernessCurve(stretches, positions, [DEFAULT_KEYSTROKES.eagerness], options);
  return `${(100 * point.savedShare).toFixed(1)} / ${(100 * point.wrongShownShare).toFixed(0)}`;
}
