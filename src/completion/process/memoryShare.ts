import { totalmem } from 'node:os';

/** Part of the machine's memory that weights may take. */
const LARGEST_SHARE = 0.7;

/** @throws Error with one sentence when a model of so many bytes leaves the machine too little memory */
export function checkMemory(name: string, bytes: number): void {
  if (bytes > LARGEST_SHARE * totalmem()) {
    throw new Error(
      `${name} (${gigabytes(bytes)}) is too large for this machine's memory (${gigabytes(totalmem())}). Choose a smaller model, or one with fewer bits a weight.`,
    );
  }
}

/** As the user reads it. */
export const gigabytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.ceil(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
