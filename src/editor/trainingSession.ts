/** The one training that a window runs at a time, and what it has reported so far for the status bar and the panel. */
import * as vscode from 'vscode';
import { asError } from '../protocol/asError';
import type { DoneEvent, TrainerEvent } from '../protocol/trainerEvents';
import type { TrainJob } from '../protocol/trainerProtocol';
import type { CurvePoint, PanelTraining } from '../protocol/panelProtocol';
import { startTraining, type TrainingRun } from '../trainer/trainerClient';
import type { TrainerNode } from '../trainer/native/trainerNode';
import { setContext } from './setContext';
import { shownSentence } from './shownSentence';
import { interruptedText } from './statusView';
import { inEnglish } from './translate';
import { activityText, eventText, stepText, timeLeftText, type StepEvent } from './trainingTexts';

/** Of the loss, whose steps may be hundreds of thousands; more could not be told apart in its curve. */
const MOST_POINTS = 400;

export class TrainingSession implements vscode.Disposable {
  private run: TrainingRun | null = null;
  private paused = false;
  /** Asked to pause, but still busy with what cannot be interrupted, such as reading the texts. */
  private pausing = false;
  private step: StepEvent | null = null;
  private doing: string | null = null;
  private reached = 0;
  private wasInterrupted = false;
  private lines: string[] = [];
  private onStep: (line: string, progress: number) => void = () => undefined;
  private trainLoss: CurvePoint[] = [];
  private heldOut: CurvePoint[] = [];
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly processPath: string,
    private readonly log: vscode.LogOutputChannel,
  ) {
    // The window keeps its context keys when the extension host starts again, but the training has ended with the host before.
    this.phaseChanged();
  }

  get phase(): PanelTraining['phase'] {
    return this.run === null ? 'idle' : this.paused ? 'paused' : 'running';
  }

  /** 0 to 1. */
  get progress(): number {
    return this.reached;
  }

  /** The current activity before the first step, after the last, and until a pause begins; null in between. */
  get activity(): string | null {
    return this.pausing ? vscode.l10n.t('pausing…') : this.doing;
  }

  /** @throws Error with this sentence while a training runs or is paused */
  requireIdle(otherwise: string): void {
    if (this.run !== null) {
      throw new Error(otherwise);
    }
  }

  view(): PanelTraining {
    const { phase, progress } = this;
    const lines = [...this.lines];
    if (this.run !== null) {
      lines.push(this.line(stepText));
    } else if (this.wasInterrupted) {
      lines.push(interruptedText(vscode.l10n.t));
    }
    return { phase, progress, lines, trainLoss: this.trainLoss, heldOut: this.heldOut };
  }

  /**
   * @param node see {@link TrainerNode}
   * @param onStep receives a line for each step, each activity before the first and after the last, and each pause
   * @throws Error with a sentence for the user when the training fails
   */
  async train(
    job: TrainJob,
    node: TrainerNode | null,
    onStep: (line: string, progress: number) => void,
  ): Promise<DoneEvent> {
    this.requireIdle(vscode.l10n.t('A training is running already; cancel it first.'));
    this.paused = false;
    this.pausing = false;
    this.step = null;
    this.onStep = onStep;
    this.reached = 0;
    this.lines = [];
    this.trainLoss = [];
    this.heldOut = [];
    const run = startTraining({
      processPath: this.processPath,
      job,
      node,
      onEvent: (event) => {
        this.hear(event);
      },
    });
    this.run = run;
    this.doing = vscode.l10n.t('reading texts…');
    this.tellLine();
    this.phaseChanged();
    try {
      return await run.finished;
    } catch (error) {
      // The notification of it is soon gone; the panel keeps it.
      this.lines.push(shownSentence(asError(error).message));
      throw error;
    } finally {
      this.run = null;
      this.phaseChanged();
    }
  }

  /** Notes whether a training of the workspace, perhaps of another window, has ended before its time and can be gone on with. */
  noteInterrupted(wasInterrupted: boolean): void {
    if (wasInterrupted !== this.wasInterrupted) {
      this.wasInterrupted = wasInterrupted;
      this.changed.fire();
    }
  }

  /** Adds to the lines of the last training its result, or what has become of the model since. */
  conclude(sentence: string): void {
    this.lines.push(sentence);
    this.changed.fire();
  }

  pause(): void {
    this.running().pause();
    if (!this.paused) {
      this.pausing = true;
      this.tellLine();
      this.changed.fire();
    }
  }

  resume(): void {
    this.running().resume();
  }

  cancel(): void {
    this.running().cancel();
  }

  dispose(): void {
    // The window closes; cancelling would discard what was learned so far.
    this.run?.end();
    this.changed.dispose();
  }

  /** A line on the current state. */
  private line(ofStep: typeof stepText): string {
    const { t } = vscode.l10n;
    if (this.paused) {
      // All steps are done while the result is measured, and 100 % would look like the end.
      return this.reached < 1 ? t('paused at {0} %', Math.floor(100 * this.reached)) : t('paused');
    }
    return this.activity ?? ofStep(t, this.step!);
  }

  private tellLine(): void {
    this.onStep(this.line(timeLeftText), this.reached);
  }

  private running(): TrainingRun {
    if (this.run === null) {
      throw new Error(
        vscode.l10n.t('No training is running; start one with Understudy: Train on Workspace.'),
      );
    }
    return this.run;
  }

  private hear(event: TrainerEvent): void {
    const { t } = vscode.l10n;
    const line = eventText(t, event, shownSentence);
    if (line !== null) {
      this.lines.push(line);
      this.log.info(eventText(inEnglish, event, (sentence) => sentence)!);
    }
    const activity = activityText(t, event);
    if (activity !== null) {
      this.doing = activity;
      this.reached = event.kind === 'calibrating' ? 1 : this.reached;
      this.tellLine();
    }
    switch (event.kind) {
      case 'step':
        this.step = event;
        this.reached = event.progress;
        this.doing = null;
        if (this.progress >= (this.trainLoss.at(-1)?.progress ?? -1) + 1 / MOST_POINTS) {
          this.trainLoss.push({ progress: this.progress, value: event.trainLoss });
        }
        this.tellLine();
        break;
      case 'validation':
        this.heldOut.push({ progress: this.progress, value: event.score.bitsPerByte });
        this.log.info(`Step ${event.step}: ${event.score.bitsPerByte.toFixed(3)} bits per byte held out.`);
        break;
      case 'paused':
      case 'continued':
        this.paused = event.kind === 'paused';
        this.pausing = false;
        this.tellLine();
        this.phaseChanged();
        break;
      case 'engine':
        this.log.info(event.reason);
        break;
      case 'saved':
        this.log.info(`Saved at step ${event.step}.`);
        break;
      default:
        // The lines and the activity tell all of it.
        break;
    }
    this.changed.fire();
  }

  private phaseChanged(): void {
    void setContext('understudy.training', this.phase);
    this.changed.fire();
  }
}
