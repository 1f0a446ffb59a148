/** The trainer's process, with a mix that loses by every network, on a ticking clock. */
import { serveTrainer } from '../../src/trainer/serveTrainer';
import { calibrationAt } from './gainingCalibration';
import { tickingClock } from './tickingClock';

serveTrainer({ processPath: __filename, calibrate: calibrationAt(1.1), now: tickingClock(200) });
