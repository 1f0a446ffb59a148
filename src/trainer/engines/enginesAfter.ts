import { ENGINE_NAMES, type EngineName } from '../../protocol/trainerProtocol';

/** Those that may go on where this one has failed, the first to be tried first. */
export function enginesAfter(failed: EngineName): readonly EngineName[] {
  return ENGINE_NAMES.slice(ENGINE_NAMES.indexOf(failed) + 1);
}
