/** Which engine trains: the one that was asked for, or the fastest of those that really train here. */
import { asError } from '../../protocol/asError';
import { ENGINE_NAMES, type EngineName } from '../../protocol/trainerProtocol';
import type { TrainingEngine } from '../engine';
import { enginesAfter } from './enginesAfter';
import {
  forgetTimings,
  keptTimings,
  timeEngines,
  timeInOwnProcess,
  timingKey,
  type EngineTimings,
  type TimeEngine,
} from './engineTimings';
import { loadWithin, type MemoryWatch } from './limitMemory';
import { loadEngine, type EngineOptions } from './loadEngine';
import type { TimedWork } from './timeEngine';

export interface EngineWish {
  readonly engine: EngineName | 'auto';
  /** Engines that have failed in this training, in that order; none of them is tried again. */
  readonly failed: readonly EngineName[];
  readonly work: TimedWork;
  readonly memory: MemoryWatch;
  /** Called before each engine is loaded, as loading may crash the process. */
  readonly onLoading?: (name: EngineName) => void;
}

interface ChosenEngine {
  readonly engine: TrainingEngine;
  /** Why this one, for the user. */
  readonly reason: string;
  /** Those that were found to train here, too. */
  readonly others?: readonly EngineName[];
}

/** What a choice depends on; tests give their own. */
interface ChoiceParts {
  readonly load: (name: EngineName, options: EngineOptions) => Promise<TrainingEngine>;
  /** Null where nothing can be timed. */
  readonly time: TimeEngine | null;
}

/** @throws Error of the engine that was asked for, or of the last that was tried, when it does not load */
export async function chooseEngine(
  wish: EngineWish,
  options: EngineOptions = {},
  { load: loadAny, time }: ChoiceParts = ordinaryParts(options),
): Promise<ChosenEngine> {
  const { work, memory, onLoading } = wish;
  const loadFitting = loadWithin(loadAny, work, memory);
  const load: ChoiceParts['load'] = (name, engineOptions) => {
    onLoading?.(name);
    return loadFitting(name, engineOptions);
  };
  const lastFailed = wish.failed.at(-1);
  if (lastFailed !== undefined) {
    // The timings that it was chosen by no longer hold.
    await forgetTimings(options.timing?.cachePath);
    const isLeft = (name: EngineName): boolean => !wish.failed.includes(name);
    const after = enginesAfter(lastFailed).filter(isLeft);
    const rest = after.length > 0 ? after : ENGINE_NAMES.filter(isLeft);
    return firstThatLoads(rest, options, load, `The ${lastFailed} engine failed, and this is the next.`);
  }
  if (wish.engine !== 'auto') {
    const engine = await load(wish.engine, options);
    return { engine, reason: `The engine "${wish.engine}" was asked for.` };
  }
  const timings = await timingsFor(work, options, time);
  // The last works everywhere, though its trial may have failed on a machine that was busy.
  const order = ENGINE_NAMES.filter(
    (name) => timings.get(name)?.kind !== 'fails' || name === ENGINE_NAMES.at(-1),
  ).toSorted((a, b) => speedOf(timings, b) - speedOf(timings, a));
  const chosen = await firstThatLoads(order, options, load, reasonOf(timings));
  const others = order.filter((name) => name !== chosen.engine.name && timings.get(name)?.kind === 'trains');
  return { ...chosen, others };
}

function ordinaryParts(options: EngineOptions): ChoiceParts {
  const { timing, nativeFolders = [] } = options;
  return {
    load: loadEngine,
    time: timing === undefined ? null : timeInOwnProcess(timing.processPath, nativeFolders),
  };
}

async function timingsFor(
  work: TimedWork,
  { timing, nativeFolders = [] }: EngineOptions,
  time: TimeEngine | null,
): Promise<EngineTimings> {
  if (time === null) {
    return new Map();
  }
  const key = timingKey(timing?.version ?? '', work, nativeFolders);
  return keptTimings(timing?.cachePath, key, () => timeEngines(ENGINE_NAMES, work, time));
}

/** 0 for an engine that was not timed: it comes after all others, in the order of preference. */
function speedOf(timings: EngineTimings, name: EngineName): number {
  const timing = timings.get(name);
  return timing?.kind === 'trains' ? timing.tokensPerSecond : 0;
}

async function firstThatLoads(
  names: readonly EngineName[],
  options: EngineOptions,
  load: ChoiceParts['load'],
  reason: string,
): Promise<ChosenEngine> {
  const problems: string[] = [];
  // A GPU in software is used only where the user asks for that engine.
  const real = { ...options, requireGpu: true };
  for (const name of names.slice(0, -1)) {
    try {
      const engine = await load(name, real);
      return { engine, reason: [reason, ...problems].join(' ') };
    } catch (error) {
      problems.push(leftOut(name, asError(error).message));
    }
  }
  const engine = await load(names.at(-1)!, real);
  return { engine, reason: [reason, ...problems].join(' ').trim() };
}

/** E.g. `Tokens a second in a short trial: native 2900, wasm 850. Without webgpu: No GPU was found.` */
function reasonOf(timings: EngineTimings): string {
  const speeds = [...timings]
    .filter(([, timing]) => timing.kind === 'trains')
    .map(([name]) => `${name} ${Math.round(speedOf(timings, name))}`);
  const problems = [...timings].flatMap(([name, timing]) =>
    timing.kind === 'fails' ? [leftOut(name, timing.problem)] : [],
  );
  const trial = speeds.length === 0 ? [] : [`Tokens a second in a short trial: ${speeds.join(', ')}.`];
  return [...trial, ...problems].join(' ');
}

function leftOut(name: EngineName, problem: string): string {
  return `Without ${name}: ${problem.replace(/\.?\s*$/, '')}.`;
}
