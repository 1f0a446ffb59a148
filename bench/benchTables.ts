import { align, type Row } from './alignRows';
import type { MeasuredWorkspace } from './measuredWorkspace';

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
