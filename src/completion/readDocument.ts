/** What is kept of a document that was read, and how much of it stays valid when the document changes. */
import type { MixtureState } from '../model/mixtureModel';

/** Tokens at the end whose states are all kept; earlier lines keep one state per line start. */
export const TAIL_TOKENS = 256;
const MAX_LINE_STATES = 256;

/** A line with the line breaks after it: no token crosses its end. */
export interface Line {
  /** UTF-16 units before it, and tokens before it. */
  readonly start: number;
  readonly firstToken: number;
}

/** One document as far as it was read. States and predictions are keyed by the number of tokens before them. */
export class ReadDocument {
  text = '';
  /** The text below the cursor's line. */
  below = '';
  /** The beginning of the text after the cursor. */
  after = '';
  tokens: number[] = [];
  lines: Line[] = [{ start: 0, firstToken: 0 }];
  readonly states = new Map<number, MixtureState>();
  readonly predictions = new Map<number, Float32Array>();
  /** Tokens before this have taught the gate, or were not typed. */
  learnedUpTo = 0;

  get lastLine(): Line {
    return this.lines[this.lines.length - 1];
  }

  /** Whether the text before the cursor has grown by what stood after it, as when the cursor was moved on. A single bracket may be typed over. */
  passesOver(prefix: string, suffix: string): boolean {
    if (suffix.startsWith(this.after)) {
      return false;
    }
    const added = prefix.slice(commonLength(this.text, prefix));
    const passed = commonLength(added, this.after);
    return passed > 1 && 2 * passed > added.length;
  }

  /** Drops the lines after the common beginning with `text`; returns the start of the last kept line, where reading goes on. */
  keepCommon(text: string): number {
    const common = commonLength(this.text, text);
    let index = this.lines.length - 1;
    // A line break at a line's start would belong to the line breaks before it.
    while (
      index > 0 &&
      (this.lines[index].start > common || /[\r\n]/.test(text.charAt(this.lines[index].start)))
    ) {
      index--;
    }
    this.lines.length = index + 1;
    return this.lastLine.start;
  }

  keepTokens(count: number): void {
    this.tokens.length = count;
    for (const cache of [this.states, this.predictions]) {
      for (const position of cache.keys()) {
        if (position > count) {
          cache.delete(position);
        }
      }
    }
    this.learnedUpTo = Math.min(this.learnedUpTo, count);
  }

  /** Keeps memory bounded: states of the tail, and of as many line starts as allowed, latest first. */
  prune(): void {
    const tail = this.tokens.length - TAIL_TOKENS;
    const lineStarts = new Set(this.lines.slice(-MAX_LINE_STATES).map(({ firstToken }) => firstToken));
    for (const position of this.states.keys()) {
      if (position < tail && !lineStarts.has(position)) {
        this.states.delete(position);
      }
    }
    for (const position of this.predictions.keys()) {
      if (position < tail) {
        this.predictions.delete(position);
      }
    }
  }
}

/** UTF-16 units that two texts have in common at their beginnings. */
export function commonLength(a: string, b: string): number {
  if (b.startsWith(a)) {
    return a.length;
  }
  let low = 0;
  let high = Math.min(a.length, b.length);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (a.startsWith(b.slice(low, middle), low)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}
