import type { ProductPaths } from './productPaths';
import type { ProgressLine } from './progressLine';

/** Why a command must stop that its user has not cancelled: what a training saved is kept for the next one. */
export class InterruptedError extends Error {}

/** What a command works with: where results and remarks go, when to stop, and the product's parts. */
export interface Terminal {
  /** Writes to stdout: results alone, so that they can be piped. */
  readonly write: (text: string) => void;
  /** Writes a line to stderr. */
  readonly note: (line: string) => void;
  /** On stderr; in a log, a line now and then. */
  readonly progress: ProgressLine;
  readonly readStdin: () => Promise<string>;
  /** Aborts at the first Ctrl+C, or with {@link InterruptedError} when the process is asked to end. */
  readonly signal: AbortSignal;
  readonly product: ProductPaths;
}
