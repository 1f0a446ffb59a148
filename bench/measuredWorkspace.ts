/** One workspace's measurements, kept so that a bench that was interrupted goes on where it was. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DEFAULT_TRAINING } from '../src/protocol/trainerProtocol';
import { evaluate, type EvaluationReport } from '../src/terminal/evaluation';
import { DEFAULT_KEYSTROKES } from '../src/terminal/keystrokeScore';
import { readSplit, readTexts } from '../src/terminal/split';
import type { Terminal } from '../src/terminal/terminal';
import type { BenchOptions } from './benchOptions';
import { ppmdBitsPerByte } from './ppmd';

export interface MeasuredWorkspace {
  readonly workspace: string;
  readonly report: EvaluationReport;
  /** Bits per byte; null where 7z is not installed. */
  readonly ppmd: number | null;
}

/** @throws Error whose message is for the user; the signal's reason when it aborts */
export async function measureWorkspace(
  terminal: Terminal,
  folder: string,
  cacheFolder: string,
  { seconds, engine, keystrokes, again }: BenchOptions,
): Promise<MeasuredWorkspace> {
  const workspace = basename(folder);
  const key = await fingerprint(terminal, [folder, seconds, engine, keystrokes]);
  const kept = join(cacheFolder, `${workspace}-${key}.json`);
  const earlier = again ? null : await readJson(kept);
  if (earlier !== null) {
    return earlier as MeasuredWorkspace;
  }
  const splitPath = join(folder, 'split.json');
  const split = await readSplit(splitPath);
  const joined = async (paths: readonly string[]) =>
    (await readTexts(folder, paths)).map(({ text }) => text).join('');
  const measured: MeasuredWorkspace = {
    workspace,
    ppmd: await ppmdBitsPerByte(await joined(split.train), await joined(split.test)),
    report: await evaluate(terminal, {
      folder,
      splitPath,
      training: { ...DEFAULT_TRAINING, seconds, engine },
      modelPath: null,
      keystrokes: { ...DEFAULT_KEYSTROKES, characters: keystrokes },
    }),
  };
  await mkdir(cacheFolder, { recursive: true });
  await writeFile(`${kept}.partial`, JSON.stringify(measured));
  await rename(`${kept}.partial`, kept);
  return measured;
}

/** Changes with the build, the base model and the options, so that no earlier program's figures are shown. */
async function fingerprint({ product }: Terminal, options: readonly unknown[]): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(options));
  const parts = [product.trainer, product.generator, product.kernel, product.tokenizer, product.baseModel];
  for (const path of parts) {
    hash.update(path === null ? '' : await readFile(path));
  }
  return hash.digest('hex').slice(0, 16);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return null;
    }
    throw error;
  }
}
