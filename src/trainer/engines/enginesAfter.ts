import { ENGINE_NAMES, type EngineName } from '../../protocol/trainerProtocol';

/** Engines that may take over where this one has failed, in the order in which they are tried. */
export function enginesAfter(failed: EngineName): readonly EngineName[] {
  return ENGINE_NAMES.slice(ENGINE_NAMES.indexOf(failed) + 1);
}
