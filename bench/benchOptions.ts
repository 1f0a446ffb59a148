import { parseArgs } from 'node:util';
import { ENGINE_NAMES, type EngineName } from '../src/protocol/trainerProtocol';
import { listOf } from './workspaceFolders';

const PARTS = [
  'quality',
  'latency',
  'speed',
  'cost',
  'engines',
  'adaptation',
  'architectures',
  'halves',
] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  readonly json: boolean;
  /** Folder of workspaces, each with a split.json. */
  readonly workspaces: string;
  readonly only: readonly string[];
  readonly code: boolean;
  readonly seconds: number;
  readonly engine: EngineName | 'auto';
  readonly keystrokes: number;
  /** Number of cursors at which transformers are asked; 0 asks none. */
  readonly cursors: number;
  readonly again: boolean;
  /** Whether to rewrite the README's figures and plot. */
  readonly write: boolean;
  /** Folder of the documents that `cost` builds workspaces from. */
  readonly corpus: string;
  /** Sizes of those workspaces in megabytes, separated by commas. */
  readonly sizes: string;
}

export const USAGE = `npm run bench -- [quality|latency|speed|cost|engines|adaptation|architectures|halves|all] [options]
  --workspaces DIR   folders to measure on, each with a split.json (default ../shared/workspaces)
  --only NAME,NAME   some of them
  --code             the packages of the workspaces' code-packages.txt as well, fetched with npm
  --seconds N        of training (default 60)
  --engine E         wasm (default), native, webgpu or auto
  --keystrokes N     characters that the simulated user types (default 3000)
  --cursors N        a workspace at which the transformers are asked as peers (default 300; 0 leaves them out)
  --write            writes the figures and the plot of quality into docs, for the README
  --again            measures again what an earlier run of the same build has measured
  --corpus DIR       documents for cost, as *.txt.xz (default ../shared/corpus)
  --sizes MB,MB      of the workspaces that cost makes of them (default 0.1,1,10,50)
  --json             a line with a JSON object for the workspaces, the kernel, the training engines, the cost, the architectures and the halves
`;

/** @throws Error whose message is for the user */
export function benchOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      workspaces: { type: 'string', default: '../shared/workspaces' },
      only: { type: 'string', default: '' },
      code: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '60' },
      engine: { type: 'string', default: 'wasm' },
      keystrokes: { type: 'string', default: '3000' },
      cursors: { type: 'string', default: '300' },
      again: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      corpus: { type: 'string', default: '../shared/corpus' },
      sizes: { type: 'string', default: '0.1,1,10,50' },
      json: { type: 'boolean', default: false },
    },
  });
  const [part = 'all'] = positionals;
  // Comparing ways of training takes hours, and is needed only when training is to change.
  const parts = PARTS.filter((name) => (part === 'all' ? name !== 'adaptation' : name === part));
  const engine = (['auto', ...ENGINE_NAMES] as const).find((name) => name === values.engine);
  if (parts.length === 0 || positionals.length > 1) {
    throw new Error(`Give one of all, ${PARTS.join(', ')}; not "${positionals.join(' ')}".`);
  }
  if (engine === undefined) {
    throw new Error(`--engine is one of auto, ${ENGINE_NAMES.join(', ')}; not "${values.engine}".`);
  }
  return {
    ...values,
    parts,
    engine,
    only: listOf(values.only),
    seconds: positiveNumber('seconds', values.seconds),
    keystrokes: positiveNumber('keystrokes', values.keystrokes),
    cursors: values.cursors === '0' ? 0 : positiveNumber('cursors', values.cursors),
  };
}

function positiveNumber(name: string, text: string): number {
  const value = Number(text);
  if (!(value >= 1)) {
    throw new Error(`--${name} takes a number from 1, not "${text}".`);
  }
  return value;
}
