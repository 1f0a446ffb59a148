/** What the terminal tool says of a trainer's process that ended before it was done. */
import { TrainerEndedError } from '../trainer/trainerChild';

/** How the system ends a process when no memory is left, and how it ends itself; there may be other causes. */
const OUT_OF_MEMORY: readonly string[] = ['by SIGKILL', 'by SIGABRT'];
const MEMORY =
  'If memory ran out, close other programs, or give a smaller --max-memory, --hidden-size or --threads.';

/**
 * @param next what became of the work, and what to do
 * @returns the error, or in the place of one of an ended process the sentence for a user of the terminal
 */
export function explainEnd(error: unknown, next: string): unknown {
  if (!(error instanceof TrainerEndedError)) {
    return error;
  }
  const { how } = error;
  const sentence = `The trainer's process ended unexpectedly, ${how}. ${next}`;
  return new Error(OUT_OF_MEMORY.includes(how) ? `${sentence} ${MEMORY}` : sentence, { cause: error });
}
