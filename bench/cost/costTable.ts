import { align, type Row } from '../alignRows';
import type { GeneratorCost } from './generatorCost';
import type { ReadingCost } from './readingCost';
import type { TrainingCost } from './trainingCost';

/** What one size of workspace costs; medians over rounds, except for training, which runs once. */
export interface WorkspaceCost {
  readonly reading: ReadingCost;
  readonly training: TrainingCost;
  readonly generator: GeneratorCost;
}

/** A cost that grows more than this much faster than the text is marked; less is timing noise on a busy machine. */
const TOLERANCE = 1.1;

interface Line {
  readonly name: string;
  readonly value: (cost: WorkspaceCost) => number | null;
  readonly digits: number;
  /** Whether it is a cost, whose growth counts; the others are speeds. */
  readonly isCost: boolean;
}

const mega = (bytes: number | null) => (bytes === null ? null : bytes / 1e6);
const cost = (name: string, digits: number, value: Line['value']): Line => ({
  name,
  digits,
  value,
  isCost: true,
});
const speed = (name: string, value: Line['value']): Line => ({ name, digits: 1, value, isCost: false });

const LINES: readonly Line[] = [
  cost('text, MB', 2, ({ reading }) => mega(reading.bytes)),
  cost('read and tokenize, s', 2, ({ reading }) => reading.seconds),
  cost('  s of processor', 2, ({ reading }) => reading.processorSeconds),
  speed('  MB/s of a core', ({ reading }) => mega(reading.bytes)! / reading.processorSeconds),
  speed(
    '  MB/s of a core, tokenizing alone',
    ({ reading }) => mega(reading.bytes)! / reading.encodingSeconds,
  ),
  cost('  peak memory, MB', 0, ({ reading }) => mega(reading.peakBytes)),
  cost('live model answers first, s', 2, ({ generator }) => generator.firstAnswerSeconds),
  cost('  s of processor', 2, ({ generator }) => generator.firstAnswerProcessorSeconds),
  cost('  answers to the next key, ms', 1, ({ generator }) => generator.nextAnswerMilliseconds),
  cost('  peak memory, host and thread, MB', 0, ({ generator }) => mega(generator.peakBytes)),
  cost("  of it stays on the host's heap, MB", 1, ({ generator }) => mega(generator.hostBytes)),
  speed('train tokens/s (wasm)', ({ training }) => training.tokensPerSecond),
  cost('  all but the steps, s', 1, ({ training }) => training.besideStepsSeconds),
  cost('  peak memory of the trainer, MB', 0, ({ training }) => mega(training.peakBytes)),
  cost('open a model, s', 2, ({ generator }) => generator.openSeconds),
  cost('a model on disk, MB', 1, ({ generator }) => mega(generator.modelBytes)),
];

/** A column for each size, then each cost's growth from size to size, marked where it grew faster than the text. */
export function costTable(costs: readonly WorkspaceCost[]): string {
  const text = LINES[0];
  const steps = costs
    .slice(1)
    .map((larger, i): readonly [WorkspaceCost, WorkspaceCost] => [costs[i], larger]);
  const label = (workspace: WorkspaceCost) => `${mega(workspace.reading.bytes)!.toPrecision(2)} MB`;
  const growth = (line: Line, [smaller, larger]: readonly [WorkspaceCost, WorkspaceCost]): string => {
    const from = line.value(smaller);
    const to = line.value(larger);
    if (from === null || to === null || from <= 0) {
      return '–';
    }
    const isFaster = to / from > TOLERANCE * (text.value(larger)! / text.value(smaller)!);
    return `×${(to / from).toFixed(1)}${isFaster ? ' !' : ''}`;
  };
  const rows: Row[] = [
    ['', ...costs.map(label), ...steps.map(([smaller, larger]) => `${label(smaller)} → ${label(larger)}`)],
    ...LINES.map((line): Row => [
      line.name,
      ...costs.map((workspace) => line.value(workspace)?.toFixed(line.digits) ?? '–'),
      ...steps.map((step) => (line.isCost ? growth(line, step) : '')),
    ]),
  ];
  return `What a workspace costs as it grows; ! grows faster than the text\n${align(rows)}`;
}

/** Megabytes of UTF-8 per second on one core, by the kind of text. */
export function tokenizerTable(speeds: Readonly<Record<string, number>>): string {
  const rows: Row[] = [
    ['', ...Object.keys(speeds)],
    ['tokenizing alone, MB/s of a core', ...Object.values(speeds).map((value) => value.toFixed(1))],
  ];
  return align(rows);
}
