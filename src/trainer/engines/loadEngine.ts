/** The engines by name. */
import type { EngineName } from '../../protocol/trainerProtocol';
import type { TrainingEngine } from '../engine';
import type { TimingOptions } from './engineTimings';
import { loadNativeEngine } from './nativeEngine';
import { loadWasmEngine } from './wasmEngine';
import { loadWebgpuEngine } from './webgpuEngine';

export interface EngineOptions {
  /** Folder of all .wasm files of a built trainer; without it they are found from the sources. */
  readonly wasmFolder?: string;
  /** Of the wasm engine; 0 is automatic. */
  readonly threads?: number;
  /** Folders where the optional engines may have been installed, tried in order after the packages themselves. */
  readonly nativeFolders?: readonly string[];
  /** Refuses to take an imitation of a GPU in software for a GPU. */
  readonly requireGpu?: boolean;
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
