/**
 * The trainer's process, on a ticking clock, with an engine that fails as UNDERSTUDY_TEST_FAULT says:
 * - `kill` kills the process after the second checkpoint, `terminate` is asked to end there, as by a user, any other value throws there;
 *   the next engine is the ordinary one
 * - `load` kills the process before the engine is loaded
 * - `paused` kills it soon after the second checkpoint, which a pause may have made
 * - `always` throws, and so does the next engine
 * - `wasm` and `killWasm` throw and kill in the wasm engine, where the native one was found to train, too
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { chooseEngine } from '../../src/trainer/engines/chooseEngine';
import type { EngineName } from '../../src/protocol/trainerProtocol';
import { loadWasmEngine } from '../../src/trainer/engines/wasmEngine';
import { serveTrainer } from '../../src/trainer/serveTrainer';
import { tickingClock } from './tickingClock';
import { unmeasuredGain } from './unmeasuredGain';

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
    network.trainStep = async (batch, options) => {
      if (fault === 'paused') {
        // On a ticking clock so small a training ends within a second, and the pause is to arrive before.
        await sleep(20);
      }
      if (checkpoints < 2 || fault === 'paused') {
        return trainStep(batch, options);
      }
      if (fault === 'kill' || fault === 'killWasm') {
        process.kill(process.pid, 'SIGKILL');
      }
      if (fault === 'terminate') {
        process.kill(process.pid, 'SIGTERM');
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
  calibrate: unmeasuredGain,
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
