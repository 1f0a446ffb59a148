import type { TrainerEvent } from '../../protocol/trainerEvents';
import type { ScanProgress } from './scanFolders';

const MILLISECONDS_BETWEEN_EVENTS = 100;

/** Turns a scan's progress into events, no more of them than a person can read. */
export function scanReporter(emit: (event: TrainerEvent) => void): (progress: ScanProgress) => void {
  let last = -Infinity;
  return (progress) => {
    const time = performance.now();
    if (time - last >= MILLISECONDS_BETWEEN_EVENTS) {
      last = time;
      emit({ kind: 'scanning', ...progress });
    }
  };
}
