/**
 * What is read at most, checked before memory is taken: a file names the sizes of its own parts, and a small hostile one may
 * name any.
 */
export const MAX_KERAS_FILE_BYTES = 512 * 1024 * 1024;
/** Weights of a whole model: half a gigabyte as floats. */
export const MAX_WEIGHTS = 128 * 1024 * 1024;
/** The description of a model; constants lie in it as text. */
export const MAX_CONFIG_BYTES = 32 * 1024 * 1024;
