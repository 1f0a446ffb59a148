/** The engines by name. */
import type { EngineName } from '../../protocol/trainerProtocol';
import type { TrainingEngine } from '../engine';
import type { TimingOptions } from './engineTimings';
import { loadNativeEngine } from './nativeEngine';
import { loadWasmEngine, type WasmEngineOptions } from './wasmEngine';
import { loadWebgpuEngine, type WebgpuEngineOptions } from './webgpuEngine';

export interface EngineOptions extends WasmEngineOptions, WebgpuEngineOptions {
  /** How the engines are timed to choose one; without it they are not. */
  readonly timing?: TimingOptions;
}

type EngineLoader = (options: EngineOptions) => Promise<TrainingEngine>;

const LOADERS: Readonly<Record<EngineName, EngineLoader>> = {
  webgpu: loadWebgpuEngine,
  native: loadNativeEngine,
  wasm: loadWasmEngine,
};

/** @throws Error that says how to get the engine, when it does not load. */
export function loadEngine(name: EngineName, options: EngineOptions = {}): Promise<TrainingEngine> {
  return LOADERS[name](options);
}
