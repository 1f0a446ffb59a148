import { align, type Row } from './alignRows';
import type { MeasuredWorkspace } from './measuredWorkspace';

/** Bits per byte, keys saved and training speed of each workspace. */
export function qualityTable(measured: readonly MeasuredWorkspace[]): string {
  const experts = [...new Set(measured.flatMap(({ report }) => Object.keys(report.bitsPerByte.after)))];
  const bits = (value: number | null | undefined) => (value == null ? '–' : value.toFixed(3));
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const rows: Row[] = [
    ['workspace', ...measured.map(({ workspace }) => workspace)],
    ...experts.flatMap((name): Row[] => [
      [`${name}, before`, ...measured.map(({ report }) => bits(report.bitsPerByte.before[name]))],
      [`${name}, after`, ...measured.map(({ report }) => bits(report.bitsPerByte.after[name]))],
    ]),
    ['7z PPMd', ...measured.map(({ ppmd }) => (ppmd === null ? '7z absent' : bits(ppmd)))],
    ['keys saved, before', ...measured.map(({ report }) => share(report.keystrokes.before.savedShare))],
    ['keys saved, after', ...measured.map(({ report }) => share(report.keystrokes.after.savedShare))],
    ['shown but wrong', ...measured.map(({ report }) => share(report.keystrokes.after.wrongShownShare))],
    [
      'train tokens/s',
      ...measured.map(({ report }) => Math.round(report.trainTokensPerSecond ?? 0).toString()),
    ],
    ['engine', ...measured.map(({ report }) => report.engine ?? '–')],
  ];
  return `Bits per byte of the test files\n${align(rows)}\n`;
}

/** Milliseconds from a key to its answer, with the trained model. */
export function latencyTable(measured: readonly MeasuredWorkspace[]): string {
  const rows: Row[] = [
    ['workspace', 'answers', 'p50', 'p95', 'p99'],
    ...measured.map(({ workspace, report }): Row => {
      const { p50, p95, p99, answers } = report.keystrokes.after.milliseconds;
      return [workspace, answers.toString(), p50.toFixed(1), p95.toFixed(1), p99.toFixed(1)];
    }),
  ];
  return `Milliseconds from a key to its answer\n${align(rows)}\n`;
}
