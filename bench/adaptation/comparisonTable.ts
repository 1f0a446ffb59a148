import { align, type Row } from '../alignRows';
import type { FoldScore } from './scoreFold';

export interface MeasuredCell extends FoldScore {
  readonly part: string;
  readonly fold: string;
  readonly name: string;
}

/** A table for each part, with a row for each way to learn and its difference from the first one in each fold. */
export function comparison(cells: readonly MeasuredCell[]): string {
  return [...new Set(cells.map(({ part }) => part))]
    .map((part) => `${part}\n${partTable(cells.filter((cell) => cell.part === part))}\n`)
    .join('\n');
}

function partTable(cells: readonly MeasuredCell[]): string {
  const folds = [...new Set(cells.map(({ fold }) => fold))];
  const names = [...new Set(cells.map(({ name }) => name))];
  const reference = names.find((name) => name !== 'base alone')!;
  const cellOf = (name: string, fold: string) =>
    cells.find((cell) => cell.name === name && cell.fold === fold);
  const rows = names.flatMap((name) =>
    (['personal', 'mix'] as const).map((kind): Row => {
      const changes: number[] = [];
      const columns = folds.map((fold) => {
        const own = cellOf(name, fold);
        const other = cellOf(reference, fold);
        if (own === undefined || other === undefined) {
          return '–';
        }
        changes.push(own[kind] / other[kind] - 1);
        return own[kind].toFixed(4);
      });
      const mean = changes.reduce((sum, change) => sum + change, 0) / changes.length;
      const worse = changes.filter((change) => change > 0).length;
      return [
        `${name}, ${kind}`,
        ...columns,
        `${mean > 0 ? '+' : ''}${(100 * mean).toFixed(2)} %`,
        `${worse} of ${changes.length}`,
      ];
    }),
  );
  return align([['bits per byte', ...folds, 'mean change', 'worse'], ...rows]);
}
