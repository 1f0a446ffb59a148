/**
 * What is read at most, checked before memory is taken: a file names the sizes of its own parts, and a small hostile one may
 * name any.
 */
export const MAX_KERAS_FILE_BYTES = 512 * 1024 * 1024;
/** Weights of a whole model: half a gigabyte as floats. */
export const MAX_WEIGHTS = 128 * 1024 * 1024;
/** The description of a model; constants lie in it as text. */
export const MAX_CONFIG_BYTES = 32 * 1024 * 1024;
/** Lists and objects in one another in a description, so that no file exhausts the stack; a layer deep in nested models has some dozens. */
export const MAX_CONFIG_DEPTH = 500;
/** Words that a network looks back on: of a window all are run for every prediction. */
export const MAX_WINDOW = 8192;
/** Floats that all values of a network take while it runs: half a gigabyte. */
export const MAX_VALUES = 128 * 1024 * 1024;
