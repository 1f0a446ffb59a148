import { totalmem } from 'node:os';

/** Part of the memory that weights may take. */
const LARGEST_SHARE = 0.7;

/**
 * @param memory bytes that there are
 * @throws Error with one sentence when a model of so many bytes leaves too little of them
 */
export function checkMemory(name: string, bytes: number, memory = memoryHere()): void {
  if (bytes > LARGEST_SHARE * memory) {
    throw new Error(
      `${name} (${gigabytes(bytes)}) is too large for this machine's memory (${gigabytes(memory)}). Choose a smaller model, or one with fewer bits a weight.`,
    );
  }
}

/**
 * Bytes of the machine, or that its container may use.
 * @param limit of the container; 0 where none is known
 */
export function memoryHere(total = totalmem(), limit = process.constrainedMemory()): number {
  return limit > 0 ? Math.min(total, limit) : total;
}

/** As the user reads it. */
export const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
