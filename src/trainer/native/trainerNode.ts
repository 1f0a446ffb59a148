/**
 * The Node.js that a training runs on. Inside VS Code on the desktop a process of the extension's own is Electron, which refuses the memory
 * that Dawn, the WebGPU engine's library, lends to JavaScript (https://www.electronjs.org/blog/v8-memory-cage). There a training
 * that may use WebGPU runs on the user's Node.js, which npm, by which that engine was installed, has beside it.
 */
import type { TrainingOptions } from '../../protocol/trainerProtocol';
import { requireInstalled } from '../engines/enginePackages';
import { runCommand } from './runCommand';

export interface TrainerNode {
  /**
   * Of the program itself. What a version manager such as Volta has in the search path only starts it, on Windows without its channel
   * to this process (https://github.com/volta-cli/volta/issues/1032).
   */
  readonly path: string;
  /** Of V8, such as `11.3.244.8-node.33`. */
  readonly v8: string;
}

type Versions = Readonly<Record<string, string | undefined>>;

/** For Node.js to tell its version, behind a version manager too. */
const PATIENCE_MILLISECONDS = 10_000;

/**
 * @param webgpuFolder where the WebGPU engine may have been installed
 * @returns null for the extension's own program
 */
export async function trainerNode(
  engine: TrainingOptions['engine'],
  webgpuFolder: string,
  versions: Versions = process.versions,
  patience = PATIENCE_MILLISECONDS,
): Promise<TrainerNode | null> {
  const mayUseWebgpu = engine === 'auto' || engine === 'webgpu';
  return mayUseWebgpu && isInstalled(webgpuFolder) ? nodeForWebgpu(versions, patience) : null;
}

/** In whatever version, as another one trains, too. */
function isInstalled(webgpuFolder: string): boolean {
  try {
    requireInstalled('webgpu', [webgpuFolder]);
    return true;
  } catch {
    return false;
  }
}

/** @throws Error with a sentence for the user where WebGPU could not train */
export async function requireNodeForWebgpu(versions: Versions = process.versions): Promise<void> {
  if (isElectron(versions) && (await nodeForWebgpu(versions)) === null) {
    throw webgpuObstacle();
  }
}

/** Thrown by the engine where it was started in Electron nevertheless. */
export function webgpuObstacle(): Error {
  return new Error(
    'WebGPU cannot train on the program of VS Code on the desktop, Electron, which refuses the memory that it shares. Install Node.js 22.2 or newer (https://nodejs.org), on which the training runs then, and start VS Code again.',
  );
}

export const isElectron = (versions: Versions = process.versions): boolean =>
  versions['electron'] !== undefined;

/** Null where the own program can do it, or no Node.js is found that is new enough. */
async function nodeForWebgpu(
  versions: Versions,
  patience = PATIENCE_MILLISECONDS,
): Promise<TrainerNode | null> {
  if (!isElectron(versions)) {
    return null;
  }
  try {
    const asked = 'JSON.stringify({ ...process.versions, path: process.execPath })';
    const told = await runCommand('node', ['-p', asked], { signal: AbortSignal.timeout(patience) });
    const { node, v8, path } = JSON.parse(told) as Record<string, string>;
    const [major, minor] = node.split('.').map(Number);
    // What 20.19 has came to the next line, which had begun before, in 22.2.
    const isNewEnough = major < 22 ? major === 20 && minor >= 19 : major > 22 || minor >= 2;
    return isNewEnough ? { path, v8 } : null;
  } catch {
    // There is none in the search path, or something else of that name, or one that does not answer.
    return null;
  }
}
