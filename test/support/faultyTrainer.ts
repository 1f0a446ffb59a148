/**
 * The trainer's process, on a ticking clock, with an engine that dies in the middle: after the second checkpoint it kills the
 * process or throws, as UNDERSTUDY_TEST_FAULT says; with `load`, it kills it before it has loaded; with `paused`, soon after that
 * checkpoint, which a pause may have made. The next engine is the ordinary
 * one; with `always`, it is another that throws. With `wasm` and `killWasm`, it is the wasm engine that throws or kills, where the
 * native one was found to train, too.
 */
import { chooseEngine } from '../../src/trainer/engines/chooseEngine';
import type { EngineName } from '../../src/protocol/trainerProtocol';
import { loadWasmEngine } from '../../src/trainer/engines/wasmEngine';
import { serveTrainer } from '../../src/trainer/serveTrainer';
import { gainingCalibration } from './gainingCalibration';
import { tickingClock } from './tickingClock';

const fault = process.env['UNDERSTUDY_TEST_FAULT'];

async function faultyEngine(name: EngineName, others: readonly EngineName[] = []) {
  const engine = await loadWasmEngine({});
  const createNetwork: typeof engine.createNetwork = (...given) => {
    const network = engine.createNetwork(...given);
    let checkpoints = 0;
    const exportOptimizer = network.exportOptimizer.bind(network);
    network.exportOptimizer = () => {
      checkpoints++;
      if (fault === 'paused' && checkpoints === 2) {
        setTimeout(() => process.kill(process.pid, 'SIGKILL'), 500);
      }
      return exportOptimizer();
    };
    const trainStep = network.trainStep.bind(network);
    network.trainStep = (batch, options) => {
      if (checkpoints < 2 || fault === 'paused') {
        return trainStep(batch, options);
      }
      if (fault === 'kill' || fault === 'killWasm') {
        process.kill(process.pid, 'SIGKILL');
      }
      throw new Error('out of memory');
    };
    return network;
  };
  return {
    engine: { name, description: 'an engine that dies', createNetwork },
    reason: 'For a test.',
    others,
  };
}

serveTrainer({
  processPath: __filename,
  calibrate: gainingCalibration,
  // A checkpoint comes every ten of its seconds.
  now: tickingClock(1000),
  chooseEngine: async (wish, options) => {
    if (fault === 'wasm' || fault === 'killWasm') {
      return wish.failed.length === 0
        ? faultyEngine('wasm', ['native'])
        : { engine: { ...(await loadWasmEngine({})), name: 'native' }, reason: 'The next.' };
    }
    if (wish.failed.length === 0) {
      wish.onLoading?.('native');
      if (fault === 'load') {
        process.kill(process.pid, 'SIGKILL');
      }
      return faultyEngine('native');
    }
    return fault === 'always' ? faultyEngine('wasm') : chooseEngine(wish, options);
  },
});
