import { TrainerEndedError } from '../trainer/trainerChild';

/**
 * What the log holds of a failure: a sentence where the error is one for the user, as where no folder is open; else the stack.
 * This program's own errors are sentences; those of the language, of the system and of VS Code have a name or a code.
 */
export function failureText(error: Error): string {
  if (error instanceof TrainerEndedError) {
    return [error.message, error.output].join('\n').trimEnd();
  }
  const isSentence = error.name === 'Error' && !('code' in error);
  return isSentence ? error.message : (error.stack ?? String(error));
}
