import { asError } from '../../protocol/asError';

/** What runs the model cannot be started, whatever the model: a part of it is missing, or it is for another system. */
export class ProgramFault extends Error {}

/** The model cannot be used; the message is a whole sentence for the user. */
export class Refusal extends Error {}

/** @throws ProgramFault, by rejecting, with the message of what went wrong */
export async function startProgram<Program>(start: () => Promise<Program>): Promise<Program> {
  try {
    return await start();
  } catch (error) {
    const cause = asError(error);
    throw new ProgramFault(cause.message, { cause });
  }
}
