/** truncated: the end is missing. foreign: no model of Understudy's. newer: of a later version. damaged: all else. */
export type CheckpointFault = 'damaged' | 'truncated' | 'foreign' | 'newer';

const SENTENCES: Readonly<Record<CheckpointFault, (name: string, detail: string) => string>> = {
  damaged: (name, detail) =>
    `The model "${name}" is damaged: ${detail}. Use an undamaged copy, or delete it and train again.`,
  truncated: (name, detail) =>
    `The model "${name}" is truncated: ${detail}. Copy or export it again, or delete it and train again.`,
  foreign: (name, detail) =>
    `The file "${name}" is not an Understudy model: ${detail}. Choose a model that Understudy saved or exported.`,
  newer: (name, detail) =>
    `The model "${name}" was saved by a newer Understudy: ${detail}. Update Understudy, or train again.`,
};

/** A model file that cannot be used; the message says which, why, and what to do. */
export class CheckpointError extends Error {
  /**
   * @param fileName names the file to the user
   * @param detail a clause without a full stop
   */
  constructor(
    readonly reason: CheckpointFault,
    fileName: string,
    detail: string,
  ) {
    super(SENTENCES[reason](fileName, detail));
  }
}
