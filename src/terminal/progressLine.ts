/** The part of `process.stderr` that is used here. */
export interface ProgressStream {
  readonly isTTY: boolean;
  readonly columns: number;
  write(text: string): boolean;
}

/** A terminal that does not tell its width says 0. */
const UNKNOWN_COLUMNS = 80;
/** How long a log may be silent; it keeps every line, and a training lasts minutes or hours. */
const SILENCE_MILLISECONDS = 30_000;

/** One line on stderr that rewrites itself; where that is not a terminal, a line now and then. */
export class ProgressLine {
  private width = 0;
  private lastLine: number;

  /** @param now milliseconds since any time */
  constructor(
    private readonly stream: ProgressStream = process.stderr,
    private readonly now = () => performance.now(),
  ) {
    this.lastLine = now();
  }

  get visible(): boolean {
    return this.stream.isTTY;
  }

  show(text: string): void {
    if (!this.visible) {
      if (this.now() - this.lastLine >= SILENCE_MILLISECONDS) {
        this.note(text);
      }
      return;
    }
    const line = cut(text, Math.max(20, (this.stream.columns || UNKNOWN_COLUMNS) - 1));
    this.stream.write(`\r${line.padEnd(this.width)}`);
    this.width = line.length;
  }

  /** Writes a line that stays, or several, in the place of the progress. They may name files of somebody else's. */
  note(text: string): void {
    this.clear();
    this.lastLine = this.now();
    this.stream.write(`${text.split(/\r?\n/).map(onOneLine).join('\n')}\n`);
  }

  clear(): void {
    if (this.visible && this.width > 0) {
      this.stream.write(`\r${' '.repeat(this.width)}\r`);
      this.width = 0;
    }
  }
}

/** Whole parts, which two spaces divide, as far as they fit: half a number would mislead. */
function cut(text: string, width: number): string {
  if (text.length <= width) {
    return text;
  }
  const end = text.lastIndexOf('  ', width);
  return text.slice(0, end > 0 ? end : width);
}

/** A file's name or text on one line: what would move the cursor or change colours is shown as `�`. */
export function onOneLine(text: string): string {
  return text.replace(/[^\P{Cc}\t]/gu, '\ufffd');
}

/**
 * Writes results: as they are, but on a terminal, which would obey control characters, as those that write into the clipboard. A text or
 * a model of somebody else may hold them.
 */
export function resultWriter(stream: Pick<ProgressStream, 'isTTY' | 'write'>): (part: string) => void {
  return (part) => {
    stream.write(stream.isTTY ? part.replace(/[^\P{Cc}\t\n]/gu, '\ufffd') : part);
  };
}

/** A bar of `width` characters, e.g. `█████░░░░░`. */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return '█'.repeat(full) + '░'.repeat(width - full);
}

/** Bytes as a person reads them, e.g. `1.2 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
