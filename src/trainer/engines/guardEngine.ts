/** Marks errors that an engine is to blame for, among all that may end a training. */
import { asError } from '../../protocol/asError';
import type { EngineName } from '../../protocol/trainerProtocol';
import { DivergenceError, type TrainingEngine } from '../engine';

/** An engine failed while it trained; another one may go on. */
export class EngineFault extends Error {
  constructor(
    readonly engine: EngineName,
    cause: unknown,
  ) {
    const why = asError(cause).message;
    super(`The ${engine} engine failed: ${why.replace(/\.?\s*$/, '')}.`, { cause });
  }
}

/** The engine with every error turned into an {@link EngineFault}, except a {@link DivergenceError}: that is the training's own. */
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
      new Proxy(
        guarded(() => engine.createNetwork(...given)),
        {
          get: (network, name): unknown => {
            const member: unknown = Reflect.get(network, name);
            return typeof member === 'function'
              ? (...args: unknown[]): unknown => guarded((): unknown => Reflect.apply(member, network, args))
              : member;
          },
        },
      ),
  };
}
