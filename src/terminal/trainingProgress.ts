/** What a training prints while it runs: a progress line, and remarks that stay. */
import type { TrainerEvent } from '../protocol/trainerEvents';
import type { EngineName } from '../protocol/trainerProtocol';
import type { ScanProgress } from '../trainer/corpus/scanFolders';
import { bar, formatBytes } from './progressLine';
import type { Terminal } from './terminal';

type StepEvent = Extract<TrainerEvent, { kind: 'step' }>;

/** Hears a training's events, and shows them on stderr. */
export class TrainingProgress {
  private heldOut: number | null = null;
  private engine: EngineName | null = null;

  constructor(private readonly terminal: Terminal) {}

  /** Null until one is loaded. */
  get engineName(): EngineName | null {
    return this.engine;
  }

  readonly hear = (event: TrainerEvent): void => {
    const { progress, note } = this.terminal;
    switch (event.kind) {
      case 'scanning':
        progress.show(describeReading(event));
        break;
      case 'engine':
        this.engine = event.name;
        note(`Engine: ${event.name}, ${event.description}. ${event.reason}`);
        break;
      case 'warning':
        note(event.message);
        break;
      case 'paused':
        // By the battery, as a terminal has no command for it; nor has it one that resumes.
        note(
          'In a terminal, only plugging it in resumes it; with --on-battery continue, training does not pause.',
        );
        break;
      case 'resumed':
        note(`Goes on from step ${event.step} of a training that was interrupted.`);
        break;
      case 'step': {
        const drawn = progress.visible ? `${bar(event.progress, 20)} ` : '';
        progress.show(drawn + describeStep(event, this.heldOut));
        break;
      }
      case 'calibrating':
        progress.show(`Learning how far to trust the new network… ${Math.round(100 * event.progress)} %`);
        break;
      case 'validation':
        this.heldOut = event.score.bitsPerByte;
        break;
      default:
        break;
    }
  };
}

/** E.g. `Reading… 8 files, 1.2 MB`. */
export function describeReading({ files, bytes }: Pick<ScanProgress, 'files' | 'bytes'>): string {
  return `Reading… ${formatCount(files, 'file')}, ${formatBytes(bytes)}`;
}

/** E.g. `50 %  30 s left  loss 3.21  1,020 tokens/s  held-out 2.13 bits/byte`; a narrow terminal shows its beginning. */
function describeStep(step: StepEvent, heldOutBitsPerByte: number | null): string {
  const parts = [
    `${Math.round(100 * Math.min(1, step.progress))} %`,
    `${formatSeconds(step.secondsLeft)} left`,
    `loss ${step.trainLoss.toFixed(2)}`,
    `${formatNumber(step.tokensPerSecond)} tokens/s`,
  ];
  if (heldOutBitsPerByte !== null) {
    parts.push(`held-out ${heldOutBitsPerByte.toFixed(2)} bits/byte`);
  }
  return parts.join('  ');
}

/** E.g. `1,020`. */
export function formatNumber(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** E.g. `1 file`, `1,200 files`. */
export function formatCount(count: number, noun: string): string {
  return `${formatNumber(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A part of something, 0 to 1, never as more than it is, e.g. `41 %`, `less than 1 %`. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.01 ? 'less than 1 %' : `${Math.floor(100 * share)} %`;
}

/** E.g. `45 s`, `12 min`, `1 h 30 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 90) {
    return `${Math.max(0, Math.round(seconds))} s`;
  }
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
