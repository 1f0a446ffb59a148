/** The parent's side of a training: a run that can be paused and cancelled. */
import { rm } from 'node:fs/promises';
import { CANCELLED, type DoneEvent, type TrainerEvent } from '../protocol/trainerEvents';
import type { EngineName, TrainJob } from '../protocol/trainerProtocol';
import { enginesAfter } from './engines/enginesAfter';
import type { TrainerNode } from './native/trainerNode';
import { startTrainerChild, TrainerEndedError, TrainerFailedError, type TrainerChild } from './trainerChild';
import { patiently, removeLeftovers } from './training/saveFile';
import { whileLocked } from './training/trainingLock';

interface TrainingStart {
  /** dist/trainer.js, or from sources src/trainer/trainerProcess.ts, which then runs by tsx. */
  readonly processPath: string;
  readonly job: TrainJob;
  /** What it runs on; null or absent for the program of this process. */
  readonly node?: TrainerNode | null;
  /** Receives every event, the last one included. */
  readonly onEvent: (event: TrainerEvent) => void;
}

export interface TrainingRun {
  pause(): void;
  resume(): void;
  /** Settles `finished` within a second, with the outcome `cancelled` unless the model is written. Does nothing when the run has ended. */
  cancel(): void;
  /** Ends it at once, so that `finished` rejects; what it saved is kept for the next training. */
  end(): void;
  /** Rejects with a sentence for the user when training fails or its process dies. */
  readonly finished: Promise<DoneEvent>;
}

/** Time for the process to end by itself when it is cancelled; a step of a large network takes longer. */
const CANCEL_MILLISECONDS = 700;

/**
 * Trains in a process of its own, which ends with this one. When an engine fails or crashes its process, the next one goes on from
 * the last checkpoint, with a warning that says so.
 */
export function startTraining({ processPath, job, node = null, onEvent }: TrainingStart): TrainingRun {
  const seen = new SeenSoFar();
  const failed: EngineName[] = [];
  let paused = false;
  let unwanted: 'cancelled' | 'ended' | null = null;
  const tell = (event: TrainerEvent): void => {
    seen.note(event);
    onEvent(event);
  };
  const begin = (): TrainerChild<DoneEvent> =>
    startTrainerChild(
      processPath,
      { kind: 'train', job: { ...job, failedEngines: failed } },
      (event): event is DoneEvent => event.kind === 'done',
      (event) => {
        // Whether a fault ends the run is decided below.
        if (event.kind !== 'failed') {
          tell(event);
        }
      },
      node,
    );
  let child = begin();
  const train = async (): Promise<DoneEvent> => {
    for (;;) {
      try {
        return await child.last;
      } catch (error) {
        if (unwanted === 'cancelled' && !seen.hasSaved) {
          // However its process ended, what the user asked for is done.
          return cancelled();
        }
        const fault = engineFault(error, seen);
        const tried = [...failed, fault?.engine];
        if (unwanted !== null || fault === null || fault.next.every((name) => tried.includes(name))) {
          if (error instanceof TrainerFailedError) {
            onEvent(error.event);
          }
          throw error;
        }
        failed.push(fault.engine);
        onEvent({
          kind: 'warning',
          message: `${fault.sentence} Training goes on with the next engine, from the last checkpoint.`,
        });
        seen.engine = null;
        if (seen.isPaused) {
          // The next process pauses as soon as it has started, unless the user resumes before.
          tell({ kind: 'continued' });
        }
        child = begin();
        if (paused) {
          child.send({ kind: 'pause' });
        }
      }
    }
  };
  const cancelled = async (): Promise<DoneEvent> => {
    // Until it is gone it holds the lock of the model, which the user may want to delete next.
    await child.ended;
    // Where it fails, as while another window begins a training, the next training does it.
    await tidyUp(job).catch(() => undefined);
    onEvent(CANCELLED);
    return CANCELLED;
  };
  let timer: NodeJS.Timeout | undefined;
  const finished = train().finally(() => {
    clearTimeout(timer);
  });
  return {
    pause: () => {
      paused = true;
      child.send({ kind: 'pause' });
    },
    resume: () => {
      paused = false;
      child.send({ kind: 'resume' });
    },
    cancel: () => {
      unwanted ??= 'cancelled';
      child.send({ kind: 'cancel' });
      timer ??= setTimeout(() => {
        // A step cannot be interrupted from within; what it would have learned is not wanted any more.
        if (!seen.hasSaved) {
          child.kill();
        }
      }, CANCEL_MILLISECONDS);
    },
    end: () => {
      unwanted ??= 'ended';
      child.kill();
    },
    finished,
  };
}

/** Removes what a process that was ended while it trained has left: how far it was, files half written, and its lock. */
function tidyUp({ modelPath, resumePath }: TrainJob): Promise<void> {
  return whileLocked(modelPath, async () => {
    await Promise.all([modelPath, resumePath].map(removeLeftovers));
    await patiently(() => rm(resumePath, { force: true }));
  });
}

interface Fault {
  readonly engine: EngineName;
  /** For the user. */
  readonly sentence: string;
  /** Those that may go on. */
  readonly next: readonly EngineName[];
}

/** The engine whose fault an error is; null when it is no engine's. */
function engineFault(error: unknown, { engine: running, others }: SeenSoFar): Fault | null {
  if (error instanceof TrainerFailedError && error.event.engine !== undefined) {
    const { engine } = error.event;
    // After wasm, the last, only engines follow that were found to train here.
    return { engine, sentence: error.message, next: [...enginesAfter(engine), ...others] };
  }
  // Who asks the process to end wants no other in its place.
  if (error instanceof TrainerEndedError && running !== null && !error.isFromOutside) {
    // WebAssembly does not crash its process: the user has ended that, and may train again.
    const sentence = `The process of the ${running} engine ended unexpectedly, ${error.how}.`;
    return { engine: running, sentence, next: enginesAfter(running) };
  }
  return null;
}

/** What the events have told so far. */
class SeenSoFar {
  /** The one that trains now, or is being loaded. */
  engine: EngineName | null = null;
  /** Those that were found to train here beside the first. */
  others: readonly EngineName[] = [];
  isPaused = false;
  /** Whether the model is written. */
  hasSaved = false;

  note(event: TrainerEvent): void {
    switch (event.kind) {
      case 'loading':
        this.engine = event.name;
        break;
      case 'engine':
        this.engine = event.name;
        this.others = event.others?.length ? event.others : this.others;
        break;
      case 'paused':
      case 'continued':
        this.isPaused = event.kind === 'paused';
        break;
      case 'saved':
        this.hasSaved = true;
        break;
      default:
        break;
    }
  }
}
