/** Answers one request of the parent to train, to plan or to time an engine with events, and ends with its parent. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asError } from '../protocol/asError';
import { parseTrainerRequest } from '../protocol/trainerMessages';
import type { TrainerEvent } from '../protocol/trainerEvents';
import type { TimeJob, TrainerRequest, TrainJob } from '../protocol/trainerProtocol';
import { EngineFault } from './engines/guardEngine';
import { loadWithin } from './engines/limitMemory';
import { loadEngine, type EngineOptions } from './engines/loadEngine';
import { timeEngine } from './engines/timeEngine';
import { planTraining } from './training/planTraining';
import { runTrainJob } from './training/trainJob';
import { TrainingControl } from './training/trainingControl';
import type { TrainSurroundings } from './training/trainSurroundings';

/** Surroundings that are given take the place of the ordinary ones, in tests. */
interface TrainerServerOptions extends Partial<
  Pick<TrainSurroundings, 'chooseEngine' | 'calibrate' | 'now'>
> {
  /** The file that this process runs; it is started again to time engines. */
  readonly processPath: string;
}

/** Resolves when the event is sent, so that nothing is lost when the process ends. */
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

function engineOptions(processPath: string, { engineTimingsPath }: TrainJob): EngineOptions {
  const manifest = join(__dirname, ...(__filename.endsWith('.ts') ? ['..', '..'] : ['..']), 'package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const cache = engineTimingsPath === undefined ? {} : { cachePath: engineTimingsPath };
  return { timing: { processPath, version, ...cache } };
}

async function time({ engine: name, nativeFolders, ...work }: TimeJob): Promise<TrainerEvent> {
  // As in training: on fewer rows at once, or not at all, where memory is short.
  const load = loadWithin(loadEngine, work, { warn: () => undefined });
  const engine = await load(name, { nativeFolders, requireGpu: true });
  return { kind: 'timed', tokensPerSecond: await timeEngine(engine, work) };
}

async function finish(work: Promise<TrainerEvent>): Promise<void> {
  const last = await work.catch((error: unknown): TrainerEvent => ({
    kind: 'failed',
    message: asError(error).message,
    ...(error instanceof EngineFault ? { engine: error.engine } : {}),
  }));
  await send(last);
  process.disconnect();
}

export function serveTrainer({ processPath, ...parts }: TrainerServerOptions): void {
  const control = new TrainingControl();
  const handle = (request: TrainerRequest): void => {
    switch (request.kind) {
      case 'train': {
        const options = engineOptions(processPath, request.job);
        void finish(runTrainJob(request.job, { emit, control, engineOptions: options, ...parts }));
        break;
      }
      case 'plan':
        void finish(
          planTraining(request.job, control.signal, emit).then((plan): TrainerEvent => ({
            kind: 'planned',
            plan,
          })),
        );
        break;
      case 'time':
        void finish(time(request.job));
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
  };
  process.on('message', (message) => {
    try {
      handle(parseTrainerRequest(message));
    } catch (error) {
      void finish(Promise.reject(asError(error)));
    }
  });
  // The parent is gone, or has its answer. A training goes on from its resume file the next time.
  process.on('disconnect', () => {
    process.exit(0);
  });
}
