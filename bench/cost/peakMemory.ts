import { readFileSync } from 'node:fs';

/** Resident bytes of a process, at its peak (`VmHWM`) or now (`VmRSS`); null if it has ended or the system does not tell. */
export function residentBytes(pid: number | 'self', which: 'VmHWM' | 'VmRSS'): number | null {
  const kilobytes = new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(readOrEmpty(`/proc/${pid}/status`))?.[1];
  return kilobytes === undefined ? null : 1024 * Number(kilobytes);
}

/** Running processes that this one's main thread has started. */
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
