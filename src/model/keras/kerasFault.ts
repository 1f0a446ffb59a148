/** Why a Keras file cannot be used; the message is a sentence for the user. */
export class KerasError extends Error {
  override readonly name = 'KerasError';

  /** @param clause continues "The Keras model … cannot be used: " and has no full stop */
  constructor(fileName: string, clause: string, options?: ErrorOptions) {
    super(`The Keras model "${fileName}" cannot be used: ${clause}.`, options);
  }
}

/** The clause of a {@link KerasError}, thrown where the file's name is not known. */
export class KerasFault extends Error {}
