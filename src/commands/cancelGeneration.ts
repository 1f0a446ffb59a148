import type { Parts } from '../editor/parts';

/** *Stop Generating*: what has been written so far stays. */
export function cancelGeneration({ generation }: Parts): void {
  generation.cancel();
}
