import { calibratePersonal } from '../../src/trainer/training/calibratePersonal';

/**
 * The calibration, with the mix with the new network at so many times the bits of the better one without it. Beside the counts of a
 * few lines, a network that a test has time to train gains nothing, so that without this hardly any test would get a model.
 */
export const calibrationAt =
  (share: number): typeof calibratePersonal =>
  async (job) => {
    const calibrated = await calibratePersonal(job);
    const { before, after, earlier } = calibrated.mix;
    const best = Math.min(before.bitsPerByte, earlier?.bitsPerByte ?? Infinity);
    return { ...calibrated, mix: { ...calibrated.mix, after: { ...after, bitsPerByte: share * best } } };
  };

export const gainingCalibration = calibrationAt(0.9);
