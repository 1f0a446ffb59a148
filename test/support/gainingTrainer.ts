/**
 * The trainer's process, with a mix that gains by every network that is better alone, on a ticking clock: a training takes as many
 * steps on any machine, and no longer than they need.
 */
import { serveTrainer } from '../../src/trainer/serveTrainer';
import { gainingCalibration } from './gainingCalibration';
import { tickingClock } from './tickingClock';

serveTrainer({ processPath: __filename, calibrate: gainingCalibration, now: tickingClock(200) });
