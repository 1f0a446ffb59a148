/** The trainer's process: alone loads TensorFlow.js, and runs at a low priority. */
import { constants, setPriority } from 'node:os';
import { serveTrainer } from './serveTrainer';

serveTrainer({ processPath: __filename });
// The lowest priority would starve on a machine that is never idle; this one yields to whoever types.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
