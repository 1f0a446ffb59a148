/** What each engine does on this machine: timed once, in processes of their own, and kept in a file. */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { asError } from '../../protocol/asError';
import { ENGINE_NAMES, type EngineName } from '../../protocol/trainerProtocol';
import { nativePaths } from '../native/pinnedFiles';
import { startTrainerChild, TrainerEndedError } from '../trainerChild';
import { writeWholeFile } from '../training/saveFile';
import { LONGEST_TIMING_MILLISECONDS, type TimedWork } from './timeEngine';

type EngineTiming =
  | { readonly kind: 'trains'; readonly tokensPerSecond: number }
  /** Why it cannot be used here; `isInterrupted` where its trial was ended from outside, which says nothing of the engine. */
  | { readonly kind: 'fails'; readonly problem: string; readonly isInterrupted?: boolean };

export type EngineTimings = ReadonlyMap<EngineName, EngineTiming>;

export interface TimingOptions {
  /** The trainer's process, which is started once for each engine: one that crashes ends only its own. */
  readonly processPath: string;
  /** Where the timings are kept; without it they are taken each time. */
  readonly cachePath?: string;
  /** Of this program: another one may be faster with another engine. */
  readonly version: string;
}

export type TimeEngine = (engine: EngineName, work: TimedWork) => Promise<number>;

const DAY = 24 * 3600 * 1000;
/** Drivers change without notice, so that timings are not kept for ever. */
const KEPT_MILLISECONDS = 7 * DAY;
/** An engine may have failed only because the machine was busy. */
const FAILURE_KEPT_MILLISECONDS = DAY;

const cacheSchema = v.object({
  key: v.string(),
  takenAt: v.number(),
  timings: v.map(
    v.picklist(ENGINE_NAMES),
    v.variant('kind', [
      v.object({ kind: v.literal('trains'), tokensPerSecond: v.number() }),
      v.object({ kind: v.literal('fails'), problem: v.string() }),
    ]),
  ),
});

/**
 * Times the engines in the order given. The last one works everywhere, so it is timed only if another one trains, too: else
 * there is nothing to choose.
 */
export async function timeEngines(
  engines: readonly EngineName[],
  work: TimedWork,
  time: TimeEngine,
): Promise<Map<EngineName, EngineTiming>> {
  const timings = new Map<EngineName, EngineTiming>();
  for (const [index, engine] of engines.entries()) {
    if (index === engines.length - 1 && ![...timings.values()].some(({ kind }) => kind === 'trains')) {
      break;
    }
    try {
      timings.set(engine, { kind: 'trains', tokensPerSecond: await time(engine, work) });
    } catch (error) {
      const problem = asError(error).message;
      const isInterrupted = error instanceof TrainerEndedError && error.isFromOutside;
      timings.set(engine, { kind: 'fails', problem, ...(isInterrupted && { isInterrupted }) });
    }
  }
  return timings;
}

/**
 * The kept timings if they fit this machine, version and network; else those that `take` gives, which are then kept unless a trial
 * was interrupted.
 */
export async function keptTimings(
  cachePath: string | undefined,
  key: string,
  take: () => Promise<Map<EngineName, EngineTiming>>,
  now: () => number = Date.now,
): Promise<EngineTimings> {
  const kept = cachePath === undefined ? null : await readTimings(cachePath);
  if (kept !== null && kept.key === key) {
    const hasFailure = [...kept.timings.values()].some(({ kind }) => kind === 'fails');
    if (Math.abs(now() - kept.takenAt) < (hasFailure ? FAILURE_KEPT_MILLISECONDS : KEPT_MILLISECONDS)) {
      return kept.timings;
    }
  }
  const timings = await take();
  const isWhole = ![...timings.values()].some((timing) => timing.kind === 'fails' && timing.isInterrupted);
  if (cachePath !== undefined && isWhole) {
    const text = JSON.stringify({ key, takenAt: now(), timings: [...timings] }, null, 2);
    // Without the file they are only taken again; the training itself reports a disk that it cannot write to.
    await writeWholeFile(cachePath, Buffer.from(`${text}\n`)).catch(() => undefined);
  }
  return timings;
}

/** The engines are timed again before the next training, unless the file may not be removed, which is no reason to end this one. */
export async function forgetTimings(cachePath: string | undefined): Promise<void> {
  if (cachePath !== undefined) {
    await rm(cachePath, { force: true }).catch(() => undefined);
  }
}

/** Changes with everything known that the timings depend on. */
export function timingKey(version: string, work: TimedWork, nativeFolders: readonly string[]): string {
  const installed = nativeFolders
    .flatMap((folder) => [nativePaths(folder).compiledBinding, join(folder, 'node_modules', 'webgpu')])
    .filter((path) => existsSync(path));
  const { node, electron = '' } = process.versions as NodeJS.ProcessVersions & { electron?: string };
  const machine = [platform(), arch(), cpus()[0]?.model ?? '', cpus().length, node, electron];
  return JSON.stringify([version, machine, work, installed]);
}

/** Times an engine in a process of its own, which is ended when it takes longer than so many milliseconds. */
export function timeInOwnProcess(
  processPath: string,
  nativeFolders: readonly string[],
  longest = LONGEST_TIMING_MILLISECONDS,
): TimeEngine {
  return async (engine, work) => {
    const child = startTrainerChild(
      processPath,
      { kind: 'time', job: { engine, nativeFolders, ...work } },
      (event) => event.kind === 'timed',
      () => undefined,
    );
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill();
    }, longest);
    try {
      return (await child.last).tokensPerSecond;
    } catch (error) {
      throw isLate ? new Error(`A short trial took more than ${longest / 1000} seconds.`) : error;
    } finally {
      clearTimeout(timer);
    }
  };
}

async function readTimings(path: string): Promise<v.InferOutput<typeof cacheSchema> | null> {
  try {
    const found = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    return v.parse(cacheSchema, { ...found, timings: new Map(found['timings'] as [unknown, unknown][]) });
  } catch {
    // Not there yet, or of another version, or damaged: taken again and written anew.
    return null;
  }
}
