/** What a training depends on outside of itself; tests replace parts of it. */
import type { TrainerEvent } from '../../protocol/trainerEvents';
import { chooseEngine } from '../engines/chooseEngine';
import type { EngineOptions } from '../engines/loadEngine';
import { calibratePersonal } from './calibratePersonal';
import { onBattery, type OnBattery } from './powerSource';
import { notWritten, writeWholeFile, type WriteFile } from './saveFile';
import type { TrainingControl } from './trainingControl';

export interface TrainSurroundings {
  readonly emit: (event: TrainerEvent) => void;
  /** Tells the user something in a sentence, by an event. */
  readonly warn: (message: string) => void;
  readonly control: TrainingControl;
  readonly engineOptions: EngineOptions;
  /** Rejects with a sentence for the user. */
  readonly writeFile: WriteFile;
  readonly onBattery: OnBattery;
  readonly chooseEngine: typeof chooseEngine;
  readonly calibrate: typeof calibratePersonal;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
}

export type GivenSurroundings = Pick<TrainSurroundings, 'emit' | 'control'> &
  Partial<Omit<TrainSurroundings, 'warn'>>;

/** Fills in the ordinary ones where none are given. */
export function surroundingsOf({
  writeFile = writeWholeFile,
  ...given
}: GivenSurroundings): TrainSurroundings {
  return {
    engineOptions: {},
    onBattery,
    chooseEngine,
    calibrate: calibratePersonal,
    now: () => performance.now(),
    ...given,
    warn: (message) => {
      given.emit({ kind: 'warning', message });
    },
    writeFile: async (path, bytes) => {
      try {
        await writeFile(path, bytes);
      } catch (error) {
        throw notWritten(path, error);
      }
    },
  };
}
