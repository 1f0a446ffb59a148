import type { calibratePersonal } from '../../src/trainer/training/calibratePersonal';

/** Says that ghost text gains by every network, without measuring any. */
export const unmeasuredGain: typeof calibratePersonal = async ({ onProgress }) => {
  await onProgress(0.5);
  const mix = { before: { bytes: 1000, bitsPerByte: 2 }, after: { bytes: 1000, bitsPerByte: 1.5 } };
  return { chosen: 0, gate: new Float32Array(1), mix };
};
