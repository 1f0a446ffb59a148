/**
 * The trainer's process on a ticking clock. At its end it writes its peak memory in bytes into the file that UNDERSTUDY_TEST_PEAK
 * names. Where UNDERSTUDY_TEST_SWELL gives a number of megabytes, something else in the process takes memory in the second step
 * until the process holds that many.
 */
import { writeFileSync } from 'node:fs';
import { residentBytes } from '../../bench/cost/peakMemory';
import { chooseEngine } from '../../src/trainer/engines/chooseEngine';
import { serveTrainer } from '../../src/trainer/serveTrainer';
import { gainingCalibration } from './gainingCalibration';
import { tickingClock } from './tickingClock';

const { UNDERSTUDY_TEST_PEAK: peakPath, UNDERSTUDY_TEST_SWELL: swell } = process.env;
const CHUNK_BYTES = 1 << 20;
const held: Buffer[] = [];

const swellingEngine: typeof chooseEngine = async (wish, options) => {
  const { engine, reason } = await chooseEngine(wish, options);
  let steps = 0;
  const createNetwork: typeof engine.createNetwork = (...given) => {
    const network = engine.createNetwork(...given);
    const trainStep = network.trainStep.bind(network);
    network.trainStep = (...step) => {
      if (++steps === 2) {
        while (process.memoryUsage.rss() < Number(swell) * CHUNK_BYTES) {
          held.push(Buffer.alloc(CHUNK_BYTES, 1));
        }
      }
      return trainStep(...step);
    };
    return network;
  };
  return { engine: { ...engine, createNetwork }, reason };
};

process.on('exit', () => {
  writeFileSync(peakPath!, String(residentBytes('self', 'VmHWM')));
});
serveTrainer({
  processPath: __filename,
  calibrate: gainingCalibration,
  now: tickingClock(1000),
  ...(swell === undefined ? {} : { chooseEngine: swellingEngine }),
});
