/** Where a text was generated, through the edits that come later. Offsets and lengths are in UTF-16 code units of the document. */
import type { TextChange } from './textChange';

interface StandingSample {
  /** Null where it continues all text before it. */
  readonly promptStart: number | null;
  readonly start: number;
  readonly end: number;
}

const withBareLineFeeds = (text: string): string => text.replaceAll('\r\n', '\n');

export class GeneratedPlace {
  /** All that were written here, with bare line feeds. */
  private readonly samples = new Set<string>();
  /** The one that was written, or brought back, last; '' where an undo has taken it back, until something else is written there. */
  private current: string | null = null;

  /**
   * @param promptStart of the selected text that was continued; null where all text before the place was
   * @param start of the generated text
   */
  constructor(
    private promptStart: number | null,
    private start: number,
  ) {}

  /**
   * @param changes all of one edit, the last in the document first, as VS Code gives them
   * @param lineEnd of the document
   */
  edited(changes: readonly TextChange[], lineEnd: string): void {
    for (const change of changes) {
      const { rangeOffset, rangeLength } = change;
      const text = withBareLineFeeds(change.text);
      const isHere = rangeOffset === this.start;
      if (isHere && this.samples.has(text)) {
        // An undo or a redo brings a sample back to where it was, maybe an earlier one.
        this.current = text;
      } else if (isHere && text === '' && rangeLength === this.current?.replaceAll('\n', lineEnd).length) {
        this.current = '';
      } else if (
        this.current === '' &&
        rangeOffset <= this.start &&
        this.start <= rangeOffset + rangeLength
      ) {
        // It is not known whether that is to come before another sample, or in its place.
        this.current = null;
        this.start = rangeOffset;
      } else {
        this.start = moved(this.start, change);
      }
      this.promptStart = this.promptStart === null ? null : moved(this.promptStart, change);
    }
  }

  add(sample: string): void {
    this.samples.add(sample);
    this.current = sample;
  }

  /** The sample that stands here as it was written, empty where it was taken back; null when none does. @param text of the document */
  standing(text: string): StandingSample | null {
    const { promptStart, start, current } = this;
    const sample = text.includes('\r\n') ? current?.replaceAll('\n', '\r\n') : current;
    return sample != null && text.startsWith(sample, start)
      ? { promptStart, start, end: start + sample.length }
      : null;
  }
}

/** An edit before an offset moves it; one across it leaves it at the edit's start. */
function moved(offset: number, { rangeOffset, rangeLength, text }: TextChange): number {
  if (rangeOffset + rangeLength <= offset) {
    return offset + text.length - rangeLength;
  }
  return Math.min(offset, rangeOffset);
}
