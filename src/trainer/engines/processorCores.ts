/** How many threads a training may take by itself. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, platform } from 'node:os';
import { MOST_THREADS } from '../../protocol/trainerProtocol';

/** One fewer than the processor has cores, so that one is left to whoever types; 1 to 8. */
export function automaticThreads(cores = physicalCores()): number {
  return Math.min(MOST_THREADS, Math.max(1, cores - 1));
}

/** One a core, for where nobody types beside the training; 1 to 8. */
export function threadsOfAllCores(cores = physicalCores()): number {
  return Math.min(MOST_THREADS, cores);
}

/** Cores that this process may use. Two threads of one core share its arithmetic units, so they count once. */
function physicalCores(): number {
  const logical = availableParallelism();
  if (platform() === 'linux') {
    const cores = coresOf(readCpuInfo());
    return cores === 0 ? logical : Math.min(cores, logical);
  }
  // Elsewhere x64 processors mostly have two threads a core, and others one.
  return arch() === 'x64' ? Math.ceil(logical / 2) : logical;
}

/** Distinct cores in the text of /proc/cpuinfo; 0 where it does not list them, as on ARM. */
export function coresOf(cpuInfo: string): number {
  const cores = new Set<string>();
  for (const processor of cpuInfo.split('\n\n')) {
    const core = /^core id\s*:\s*(\d+)/m.exec(processor)?.[1];
    if (core !== undefined) {
      cores.add(`${/^physical id\s*:\s*(\d+)/m.exec(processor)?.[1] ?? ''} ${core}`);
    }
  }
  return cores.size;
}

function readCpuInfo(): string {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8');
  } catch {
    // Without it, Node's count serves.
    return '';
  }
}
