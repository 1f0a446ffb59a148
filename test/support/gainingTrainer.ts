/** The trainer's process, with a mix that gains by every network that is better alone. */
import { serveTrainer } from '../../src/trainer/serveTrainer';
import { gainingCalibration } from './gainingCalibration';

serveTrainer({ processPath: __filename, calibrate: gainingCalibration });
