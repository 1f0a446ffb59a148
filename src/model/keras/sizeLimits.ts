/**
 * Limits that are checked before memory is allocated: a file states the sizes of its own parts, and a small hostile file may
 * state any.
 */
export const MAX_KERAS_FILE_BYTES = 512 * 1024 * 1024;
/** Numbers in all weights of a model: half a gigabyte as floats. */
export const MAX_WEIGHTS = 128 * 1024 * 1024;
/** The description of a model, which holds constants as text. */
export const MAX_CONFIG_BYTES = 32 * 1024 * 1024;
/** Steps of a network's window, as all of them are run for every prediction. */
export const MAX_WINDOW = 8192;
/** Floats in all values of a running network: half a gigabyte. */
export const MAX_VALUES = 128 * 1024 * 1024;
