/**
 * The trainer's process: alone loads TensorFlow.js, runs at a low priority, answers one request to train or to plan with
 * events, and ends with its parent.
 */
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { parseTrainerRequest } from '../protocol/trainerMessages';
import type { TrainerEvent, TrainerRequest } from '../protocol/trainerProtocol';
import type { EngineOptions } from './engines/loadEngine';
import { planTraining } from './training/planTraining';
import { runTrainJob } from './training/trainJob';
import { TrainingControl } from './training/trainingControl';

const control = new TrainingControl();

/** Resolves when the parent has it, so that nothing is lost when the process ends. */
function send(event: TrainerEvent): Promise<void> {
  return new Promise((resolve) => {
    process.send!(event, undefined, undefined, () => {
      resolve();
    });
  });
}

const emit = (event: TrainerEvent): void => {
  void send(event);
};

/** A built trainer has TensorFlow.js' .wasm files beside it; from sources they are found in the package. */
function engineOptions(): EngineOptions {
  return existsSync(join(__dirname, 'tfjs-backend-wasm.wasm')) ? { wasmFolder: __dirname } : {};
}

async function finish(work: Promise<TrainerEvent>): Promise<void> {
  const last = await work.catch((error: unknown): TrainerEvent => ({
    kind: 'failed',
    message: error instanceof Error ? error.message : String(error),
  }));
  await send(last);
  process.disconnect();
}

function handle(request: TrainerRequest): void {
  switch (request.kind) {
    case 'train':
      void finish(runTrainJob(request.job, { emit, control, engineOptions: engineOptions() }));
      break;
    case 'plan':
      void finish(
        planTraining(request.job, control.signal, emit).then((plan): TrainerEvent => ({
          kind: 'planned',
          plan,
        })),
      );
      break;
    case 'pause':
      control.pause();
      break;
    case 'resume':
      control.resume();
      break;
    case 'cancel':
      control.cancel();
      break;
  }
}

process.on('message', (message) => {
  try {
    handle(parseTrainerRequest(message));
  } catch (error) {
    void finish(Promise.reject(error instanceof Error ? error : new Error(String(error))));
  }
});
// The parent is gone, or has its answer. A training goes on from its resume file the next time.
process.on('disconnect', () => {
  process.exit(0);
});
// The lowest priority would starve on a machine that is never idle; this one yields to whoever types.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
