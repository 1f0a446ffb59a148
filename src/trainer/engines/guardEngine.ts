/** Tells an engine's own faults from all other reasons why a training ends. */
import type { EngineName } from '../../protocol/trainerProtocol';
import { DivergenceError, type TrainingEngine } from '../engine';
import { networkAround } from './networkAround';

/** An engine failed while it trained; another one may go on. */
export class EngineFault extends Error {
  constructor(
    readonly engine: EngineName,
    cause: unknown,
  ) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(`The ${engine} engine failed: ${why.replace(/\.?\s*$/, '')}.`, { cause });
  }
}

/** The engine, whose every error is an {@link EngineFault} but for a {@link DivergenceError}, which is the training's own. */
export function guardEngine(engine: TrainingEngine): TrainingEngine {
  const fail = (error: unknown): never => {
    throw error instanceof DivergenceError ? error : new EngineFault(engine.name, error);
  };
  const guarded = <Result>(work: () => Result): Result => {
    try {
      const result = work();
      return result instanceof Promise ? (result.catch(fail) as Result) : result;
    } catch (error) {
      return fail(error);
    }
  };
  return {
    ...engine,
    createNetwork: (...given) =>
      networkAround(
        guarded(() => engine.createNetwork(...given)),
        guarded,
      ),
  };
}
