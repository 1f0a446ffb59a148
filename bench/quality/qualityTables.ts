/** The quality figures as tables for a reader: one column per workspace, never a single mean. */
import { align, type Row } from '../alignRows';
import type { MeasuredWorkspace } from '../measuredWorkspace';
import type { TransformerName } from './transformers';

const ABSENT = 'absent';
const bits = (value: number | null | undefined) => (value == null ? '–' : value.toFixed(3));
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

type Detailed = Pick<MeasuredWorkspace, 'workspace' | 'report'> & NonNullable<MeasuredWorkspace['quality']>;
type Figure = readonly [title: string, (measured: Detailed) => string];

export function qualityTables(measured: readonly MeasuredWorkspace[]): string {
  const detailed = measured.flatMap(({ workspace, report, quality }) =>
    quality === null ? [] : [{ workspace, report, ...quality }],
  );
  const table = (title: string, figures: readonly Figure[]) => {
    const head: Row = ['', ...detailed.map(({ workspace }) => workspace)];
    const rows = figures.map(([name, show]): Row => [name, ...detailed.map(show)]);
    return `${title}\n${align([head, ...rows])}`;
  };
  const cursors = detailed[0]?.detail.atCursors?.cursors ?? 0;
  return [
    table('Bits per byte of the test files', bitsFigures(detailed)),
    table(
      'Bits per byte of the beginnings of the test files, each expert left out',
      ablationFigures(detailed),
    ),
    table('A simulated user at the default eagerness, after training', keystrokeFigures),
    ...(cursors === 0 ? [] : [table(`At ${cursors} sampled cursors a workspace`, cursorFigures)]),
    ...detailed.map(curveTable),
  ].join('\n');
}

function bitsFigures(detailed: readonly Detailed[]): Figure[] {
  const experts = [...new Set(detailed.flatMap(({ report }) => Object.keys(report.bitsPerByte.after)))];
  const peer = (value: number | null) => (value === null ? ABSENT : bits(value));
  return [
    ...experts.flatMap((name): Figure[] => [
      [`${name}, before training`, ({ report }) => bits(report.bitsPerByte.before[name])],
      [`${name}, after`, ({ report }) => bits(report.bitsPerByte.after[name])],
    ]),
    ['7z PPMd', ({ peers }) => peer(peers.ppmd)],
    ['zpaq -m5', ({ peers }) => peer(peers.zpaq)],
    ['train tokens/s', ({ report }) => Math.round(report.trainTokensPerSecond ?? 0).toString()],
    ['engine', ({ report }) => report.engine ?? '–'],
  ];
}

function ablationFigures(detailed: readonly Detailed[]): Figure[] {
  const experts = [...new Set(detailed.flatMap(({ detail }) => Object.keys(detail.ablation.without)))];
  return [
    ['all together', ({ detail }) => bits(detail.ablation.mix)],
    ...experts.map((name): Figure => [
      `without ${name}`,
      ({ detail }) => bits(detail.ablation.without[name]),
    ]),
    ['next-token calibration error', ({ detail }) => percent(detail.ablation.nextTokenCalibrationError)],
  ];
}

const atDefault = ({ detail }: Detailed) =>
  detail.curve.find(({ eagerness }) => eagerness === detail.uncorrected.eagerness)!;

const keystrokeFigures: readonly Figure[] = [
  ['keys saved', (measured) => percent(atDefault(measured).savedShare)],
  ['before training', ({ report }) => percent(report.keystrokes.before.savedShare)],
  ['shown but wrong', (measured) => percent(atDefault(measured).wrongShownShare)],
  ['shown per 100 characters', (measured) => atDefault(measured).shownPer100Characters.toFixed(1)],
  ['mean length shown', (measured) => atDefault(measured).meanShownLength.toFixed(1)],
  ['calibration error', (measured) => percent(atDefault(measured).calibrationError)],
  ['before correction', ({ detail }) => percent(detail.uncorrected.calibrationError)],
  ['whole ones or none: saved', ({ detail }) => percent(detail.wholeAlone.savedShare)],
  ['whole ones or none: wrong', ({ detail }) => percent(detail.wholeAlone.wrongShownShare)],
  ['order 6 alone: saved', ({ detail }) => percent(detail.order6.savedShare)],
  ['order 6 alone: wrong', ({ detail }) => percent(detail.order6.wrongShownShare)],
  ["VS Code's word list: saved", ({ detail }) => percent(detail.wordList.savedShare)],
];

const transformerFigures = (name: TransformerName): Figure[] => [
  [`${name}: bits per byte`, ({ peers }) => asked(peers.transformers[name], (it) => bits(it.bitsPerByte))],
  ['  keys saved a cursor', ({ peers }) => asked(peers.transformers[name], (it) => it.keysSaved.toFixed(2))],
  ['  shown but wrong', ({ peers }) => asked(peers.transformers[name], (it) => percent(it.wrongShownShare))],
  ['  ms a suggestion', ({ peers }) => asked(peers.transformers[name], (it) => it.milliseconds.toFixed(0))],
];

const cursorFigures: readonly Figure[] = [
  ['Understudy: bits per byte', ({ detail }) => asked(detail.atCursors, (it) => bits(it.bitsPerByte))],
  ['  keys saved a cursor', ({ detail }) => asked(detail.atCursors, (it) => it.keysSaved.toFixed(2))],
  ['  shown but wrong', ({ detail }) => asked(detail.atCursors, (it) => percent(it.wrongShownShare))],
  ['  ms a suggestion', ({ detail }) => asked(detail.atCursors, (it) => it.milliseconds.toFixed(0))],
  ...transformerFigures('SmolLM2-135M'),
  ...transformerFigures('Gemma 3 270M'),
];

function asked<T>(score: T | null, show: (score: T) => string): string {
  return score === null ? ABSENT : show(score);
}

function curveTable({ workspace, detail }: Detailed): string {
  const rows: Row[] = [
    ['eagerness', 'keys saved', 'shown but wrong', 'shown per 100', 'mean length', 'calibration error'],
    ...detail.curve.map((point): Row => [
      point.eagerness.toString(),
      percent(point.savedShare),
      percent(point.wrongShownShare),
      point.shownPer100Characters.toFixed(1),
      point.meanShownLength.toFixed(1),
      percent(point.calibrationError),
    ]),
  ];
  return `${workspace}\n${align(rows)}`;
}
