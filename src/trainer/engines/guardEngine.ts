/** Tells an engine's own faults from all other reasons why a training ends. */
import type { EngineName } from '../../protocol/trainerProtocol';
import { DivergenceError, type TrainableNetwork, type TrainingEngine } from '../engine';

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
  const faultOf = (error: unknown): Error =>
    error instanceof DivergenceError ? error : new EngineFault(engine.name, error);
  const now = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw faultOf(error);
    }
  };
  const later = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw faultOf(error);
    }
  };
  const guard = (network: TrainableNetwork): TrainableNetwork => ({
    config: network.config,
    trainStep: (batch, options) => later(() => network.trainStep(batch, options)),
    evaluateStep: (batch) => later(() => network.evaluateStep(batch)),
    limitRows: (rows) => {
      now(() => {
        network.limitRows(rows);
      });
    },
    resetState: (which) => {
      now(() => {
        network.resetState(which);
      });
    },
    exportWeights: () => later(() => network.exportWeights()),
    importWeights: (weights) => {
      now(() => {
        network.importWeights(weights);
      });
    },
    exportOptimizer: () => later(() => network.exportOptimizer()),
    importOptimizer: (state) => {
      now(() => {
        network.importOptimizer(state);
      });
    },
    dispose: () => {
      network.dispose();
    },
  });
  return {
    name: engine.name,
    description: engine.description,
    createNetwork: (config, weights, seed) => guard(now(() => engine.createNetwork(config, weights, seed))),
  };
}
