import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TrainerEvent } from '../../../../src/protocol/trainerEvents';
import { DEFAULT_TRAINING, type TrainJob } from '../../../../src/protocol/trainerProtocol';
import { gainingCalibration } from '../../../support/gainingCalibration';
import { kernelBytes } from '../../../support/kernelBytes';
import { tickingClock } from '../../../support/tickingClock';
import { unmeasuredGain } from '../../../support/unmeasuredGain';
import { runTrainJob } from '../../../../src/trainer/training/trainJob';
import { TrainingControl } from '../../../../src/trainer/training/trainingControl';
import type { TrainSurroundings } from '../../../../src/trainer/training/trainSurroundings';

/** A workspace and a storage folder for one test alone. */
export class SmallWorkspace {
  private readonly root = mkdtempSync(join(tmpdir(), 'understudy-trainer-'));
  readonly folder = join(this.root, 'workspace');
  readonly storage = join(this.root, 'storage');

  constructor() {
    mkdirSync(this.folder);
    mkdirSync(this.storage);
  }

  write(files: Readonly<Record<string, string | Uint8Array>>): this {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), content);
    }
    return this;
  }

  /** Ten files in which the same few words follow each other, so that even a tiny network learns them. */
  writeVerses(): this {
    for (let i = 0; i < 10; i++) {
      const lines = Array.from(
        { length: 40 },
        (_, k) => `verse ${i} line ${k * (i + 3)} sings of the same old sea\n`,
      );
      this.write({ [`verse${i}.txt`]: lines.join('') });
    }
    return this;
  }

  get modelPath(): string {
    return join(this.storage, 'personal.safetensors');
  }

  get resumePath(): string {
    return join(this.storage, 'resume.bin');
  }

  job(options: Partial<TrainJob['options']> = {}, change: Partial<TrainJob> = {}): TrainJob {
    return {
      folders: [this.folder],
      split: null,
      excludeGlobs: [],
      maxTotalBytes: 50_000_000,
      modelPath: this.modelPath,
      resumePath: this.resumePath,
      initialModelPath: null,
      tokenizerPath: join(__dirname, '../../../../models/base/tokenizer.json'),
      kernelPath: join(__dirname, '../../../../dist/kernel.wasm'),
      ...change,
      options: {
        ...DEFAULT_TRAINING,
        engine: 'wasm',
        // On several each training would start its own, and wait for them.
        threads: 1,
        hiddenSize: 16,
        embeddingSize: 8,
        batchSize: 4,
        unrollSteps: 8,
        learningRate: 0.02,
        seconds: 1.5,
        // The process that runs all tests holds more memory than a trainer does.
        maxMemoryMegabytes: 16_384,
        ...options,
      },
    };
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/**
 * Runs a job in this process, with a clock that advances each time it is read, and collects its events. Unless a test says otherwise, ghost
 * text gains by every network that is better alone; by how much is measured only where the job has the kernel, which is quick.
 */
export async function runCollecting(
  job: TrainJob,
  surroundings: Partial<TrainSurroundings> = {},
  onEvent: (event: TrainerEvent, control: TrainingControl) => void = () => undefined,
) {
  await kernelBytes();
  const events: TrainerEvent[] = [];
  const control = surroundings.control ?? new TrainingControl();
  const done = await runTrainJob(job, {
    calibrate: job.kernelPath == null ? unmeasuredGain : gainingCalibration,
    now: tickingClock(20),
    ...surroundings,
    control,
    emit: (event) => {
      events.push(event);
      onEvent(event, control);
    },
  });
  return { done, events };
}

/** The events of one kind. */
export function eventsOf<K extends TrainerEvent['kind']>(
  events: readonly TrainerEvent[],
  kind: K,
): Extract<TrainerEvent, { kind: K }>[] {
  return events.filter((event): event is Extract<TrainerEvent, { kind: K }> => event.kind === kind);
}
