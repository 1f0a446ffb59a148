import assert from 'node:assert/strict';
import type { TrainerEvent } from '../../../src/protocol/trainerEvents';
import { bar, formatBytes } from '../../../src/terminal/progressLine';
import {
  formatCount,
  formatSeconds,
  formatShare,
  TrainingProgress,
} from '../../../src/terminal/trainingProgress';
import { fakeTerminal } from './fakeTerminal';

const engine: TrainerEvent = {
  kind: 'engine',
  name: 'wasm',
  description: 'TensorFlow.js on WebAssembly',
  reason: 'It runs everywhere.',
};
const step: TrainerEvent = {
  kind: 'step',
  step: 10,
  progress: 0.5,
  trainLoss: 3.214,
  tokensPerSecond: 1020.4,
  secondsLeft: 30.2,
};
const validation: TrainerEvent = { kind: 'validation', step: 9, score: { bytes: 9, bitsPerByte: 2.128 } };

function hear(columns: number | undefined, ...events: TrainerEvent[]) {
  const { terminal, written } = fakeTerminal(columns);
  const progress = new TrainingProgress(terminal);
  events.forEach(progress.hear);
  return { progress, ...written };
}

describe('training progress', () => {
  it('shows a bar, the time left, the loss and the speed on one line', () => {
    const { stderr } = hear(120, step);
    assert.equal(stderr, '\r██████████░░░░░░░░░░ 50 %  30 s left  loss 3.21  1,020 tokens/s');
  });

  it('adds the held-out score once there is one', () => {
    assert.match(hear(120, validation, step).stderr, / {2}held-out 2\.13 bits\/byte$/);
  });

  it('never grows wider than the terminal, and shows no part of a number', () => {
    assert.equal(hear(30, step).stderr, '\r██████████░░░░░░░░░░ 50 %');
    assert.equal(hear(50, step).stderr, '\r██████████░░░░░░░░░░ 50 %  30 s left  loss 3.21');
    const calibrating: TrainerEvent = { kind: 'calibrating', progress: 0.5 };
    assert.equal(hear(30, calibrating).stderr, '\rLearning how far to trust the');
  });

  it('is shown as on an ordinary terminal where that does not tell its width', () => {
    assert.match(hear(0, step).stderr, / 1,020 tokens\/s$/);
  });

  it('gives way to a line that stays', () => {
    const scanning: TrainerEvent = { kind: 'scanning', files: 8, bytes: 9, leftOut: 0 };
    const { stderr } = hear(80, scanning, engine);
    assert.match(stderr, /^\rReading… 8 files, 9 B\r {21}\rEngine: wasm, .*\n$/);
  });

  it('says how to train on the battery, as nobody can resume a training in a terminal', () => {
    const { stderr } = hear(undefined, { kind: 'paused' });
    assert.match(stderr, /^In a terminal, only plugging it in resumes it; with --on-battery continue, .*\n$/);
  });

  it('lets no name of a file move the cursor or change colours', () => {
    const warning: TrainerEvent = { kind: 'warning', message: 'Without \u001b[2Ja\rb.md.\nThe next\tline.' };
    assert.equal(hear(80, warning).stderr, 'Without \ufffd[2Ja\ufffdb.md.\nThe next\tline.\n');
  });

  it('names the engine once and remembers it', () => {
    const { stderr, progress } = hear(80, engine);
    assert.equal(stderr, 'Engine: wasm, TensorFlow.js on WebAssembly. It runs everywhere.\n');
    assert.equal(progress.engineName, 'wasm');
  });

  it('says where it stands now and then where stderr is a log, and draws nothing there', () => {
    const { terminal, written, clock } = fakeTerminal();
    const { hear: next } = new TrainingProgress(terminal);
    const every10Seconds: TrainerEvent[] = [engine, step, validation, step, step, step, step, step];
    for (const event of every10Seconds) {
      next(event);
      clock.milliseconds += 10_000;
    }
    const [first, ...lines] = written.stderr.split('\n');
    assert.match(first, /^Engine: wasm, /);
    const line = '50 %  30 s left  loss 3.21  1,020 tokens/s  held-out 2.13 bits/byte';
    assert.deepEqual(lines, [line, line, '']);
  });
});

describe('progress line', () => {
  it('covers a longer line that was there before', () => {
    const { terminal, written } = fakeTerminal(80);
    terminal.progress.show('abcdef');
    terminal.progress.show('xy');
    terminal.progress.clear();
    assert.equal(written.stderr, '\rabcdef\rxy    \r  \r');
  });

  it('is silent where stderr is a log, until nothing was written for half a minute', () => {
    const { terminal, written, clock } = fakeTerminal();
    terminal.progress.show('abc');
    clock.milliseconds = 29_000;
    terminal.note('A remark.');
    clock.milliseconds = 58_000;
    terminal.progress.show('def');
    assert.equal(written.stderr, 'A remark.\n');
    clock.milliseconds = 59_000;
    terminal.progress.show('ghi');
    terminal.progress.clear();
    assert.equal(written.stderr, 'A remark.\nghi\n');
  });

  it('calls no part of something nothing', () => {
    assert.deepEqual([0, 0.004, 0.019, 0.999].map(formatShare), ['0 %', 'less than 1 %', '1 %', '99 %']);
  });

  it('renders shares, sizes, counts and times as a person reads them', () => {
    assert.deepEqual([bar(0, 4), bar(0.5, 4), bar(2, 4)], ['░░░░', '██░░', '████']);
    assert.deepEqual([999, 1200, 2_500_000].map(formatBytes), ['999 B', '1.2 kB', '2.5 MB']);
    assert.deepEqual(
      [0, 1, 1200].map((n) => formatCount(n, 'file')),
      ['0 files', '1 file', '1,200 files'],
    );
    assert.deepEqual([-1, 45, 600, 5400].map(formatSeconds), ['0 s', '45 s', '10 min', '1 h 30 min']);
  });
});
