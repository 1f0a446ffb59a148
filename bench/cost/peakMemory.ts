import { readFileSync } from 'node:fs';

/** Bytes of a process that have been in memory at once (`VmHWM`) or are now (`VmRSS`); null where the system does not tell, or it has ended. */
export function residentBytes(pid: number | 'self', which: 'VmHWM' | 'VmRSS'): number | null {
  const kilobytes = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(readOrEmpty(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? null : 1024 * Number(kilobytes);
}

/** Processes that this one's main thread has started and that still run. */
export function childProcesses(): number[] {
  return readOrEmpty(`/proc/self/task/${process.pid}/children`).split(' ').filter(Boolean).map(Number);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux, or the process has ended.
    return '';
  }
}
