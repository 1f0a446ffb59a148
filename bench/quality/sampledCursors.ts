/** A fixed random sample of cursors, for peers that are too slow to be asked at each, and the value of the suggestions there. */
import { rightPart } from '../../src/model/evaluate/keystrokes';
import { sampleStretches, type TypedStretch, type TypedText } from '../../src/model/evaluate/typedStretches';
import { seededRandom } from '../../src/model/generation/seededRandom';
import { median } from '../median';

/** Several per stretch, as they share most of the text that must be read before them. */
const CURSORS_A_STRETCH = 5;
const SEED = 300;
/** The user at these cursors always takes the first word if only that is right; see `wordTaking.ts`. */
export const TAKES_WORDS = 1;

export interface SampledStretch extends TypedStretch {
  /** Ascending offsets of `file.text`, between `from` and `to`. */
  readonly cursors: readonly number[];
}

export interface SampleScore {
  readonly cursors: number;
  /** Accepted characters minus the key that accepts them, averaged over all cursors. */
  readonly keysSaved: number;
  readonly shownShare: number;
  /** Share of the shown suggestions of which nothing was right; 0 when none was shown. */
  readonly wrongShownShare: number;
  /** Median time of a suggestion. */
  readonly milliseconds: number;
}

/** @param count approximate number of cursors */
export function sampleCursors(files: readonly TypedText[], count: number): SampledStretch[] {
  const random = seededRandom(SEED);
  const stretches = sampleStretches(files, Infinity, random);
  const wanted = Math.min(stretches.length, Math.ceil(count / CURSORS_A_STRETCH));
  const chosen = new Set<number>();
  while (chosen.size < wanted) {
    chosen.add(Math.floor(random() * stretches.length));
  }
  return [...chosen]
    .sort((a, b) => a - b)
    .map((index) => {
      const stretch = stretches[index];
      const offsets = characterStarts(stretch).filter((offset) => offset > 0);
      const cursors = new Set<number>();
      while (cursors.size < Math.min(CURSORS_A_STRETCH, offsets.length)) {
        cursors.add(offsets[Math.floor(random() * offsets.length)]);
      }
      return { ...stretch, cursors: [...cursors].sort((a, b) => a - b) };
    });
}

/** @param suggest gives what is shown at the end of a text */
export async function scoreCursors(
  stretches: readonly SampledStretch[],
  suggest: (file: TypedText, prefix: string) => string | Promise<string>,
): Promise<SampleScore> {
  const times: number[] = [];
  let saved = 0;
  let shown = 0;
  let wrong = 0;
  for (const { file, cursors } of stretches) {
    for (const cursor of cursors) {
      const prefix = file.text.slice(0, cursor);
      const start = performance.now();
      const suggestion = await suggest(file, prefix);
      times.push(performance.now() - start);
      const taken = rightPart(suggestion, file.text, prefix);
      saved += taken === '' ? 0 : Array.from(taken).length - 1;
      shown += suggestion === '' ? 0 : 1;
      wrong += suggestion !== '' && taken === '' ? 1 : 0;
    }
  }
  return {
    cursors: times.length,
    keysSaved: saved / times.length,
    shownShare: shown / times.length,
    wrongShownShare: shown === 0 ? 0 : wrong / shown,
    milliseconds: median(times),
  };
}

/** The text of a stretch and all text before it. A space right before it belongs to it, as to a word in most vocabularies. */
export function sampledText({ file, from, to }: TypedStretch): { before: string; text: string } {
  const start = from > 1 && file.text[from - 1] === ' ' ? from - 1 : from;
  return { before: file.text.slice(0, start), text: file.text.slice(start, to) };
}

function characterStarts({ file, from, to }: TypedStretch): number[] {
  const starts: number[] = [];
  for (let offset = from; offset < to; offset += file.text.codePointAt(offset)! > 0xffff ? 2 : 1) {
    starts.push(offset);
  }
  return starts;
}
