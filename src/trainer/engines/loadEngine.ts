/** Which engine trains: the best that really loads, or the one that was asked for. */
import type { EngineName } from '../../protocol/trainerProtocol';
import type { TrainingEngine } from '../engine';
import { loadNativeEngine } from './nativeEngine';
import { loadWasmEngine } from './wasmEngine';

export interface EngineOptions {
  /** Folder of TensorFlow.js' .wasm files; without it they are taken from the installed package. */
  readonly wasmFolder?: string;
  /** Folders where the native engine may have been installed, tried in order after the package itself. */
  readonly nativeFolders?: readonly string[];
}

export interface ChosenEngine {
  readonly engine: TrainingEngine;
  /** Why this one, a sentence for the user. */
  readonly reason: string;
}

type EngineLoader = (options: EngineOptions) => Promise<TrainingEngine>;

const LOADERS: Readonly<Record<EngineName, EngineLoader>> = {
  native: loadNativeEngine,
  wasm: loadWasmEngine,
};

/** @throws Error that says how to get the engine, when it does not load. */
export function loadEngine(name: EngineName, options: EngineOptions = {}): Promise<TrainingEngine> {
  return LOADERS[name](options);
}

/**
 * The engine that was asked for, or for `auto` the native one where it loads, else wasm.
 * @param load takes the place of {@link loadEngine} in tests
 * @throws Error of the engine that was asked for, or of wasm, when it does not load
 */
export async function chooseEngine(
  wanted: EngineName | 'auto',
  options: EngineOptions = {},
  load: (name: EngineName, options: EngineOptions) => Promise<TrainingEngine> = loadEngine,
): Promise<ChosenEngine> {
  if (wanted !== 'auto') {
    return { engine: await load(wanted, options), reason: `The setting asks for the engine "${wanted}".` };
  }
  try {
    return {
      engine: await load('native', options),
      reason: 'The native engine is installed, and is the fastest.',
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      engine: await load('wasm', options),
      reason: `The native engine did not load (${why.replace(/\.?\s*$/, '')}); WebAssembly runs everywhere.`,
    };
  }
}
