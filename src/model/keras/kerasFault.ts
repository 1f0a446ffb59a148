/** Of a message, in UTF-16 units; names in a file may have millions. */
const LONGEST_CLAUSE = 1500;

/** Why a Keras file cannot be used; the message is a sentence for the user. */
export class KerasError extends Error {
  /** @param clause continues "The Keras model … cannot be used: " and has no full stop */
  constructor(fileName: string, clause: string, options?: ErrorOptions) {
    const shown = clause.length <= LONGEST_CLAUSE ? clause : `${clause.slice(0, LONGEST_CLAUSE)}…`;
    super(`The Keras model "${fileName}" cannot be used: ${shown}.`, options);
  }
}

/** The clause of a {@link KerasError}, thrown where the file's name is not known. */
export class KerasFault extends Error {}
