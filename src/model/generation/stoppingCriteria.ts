/** Where a growing text ends. Reasons are those the user can be told. */
export type TextStop = 'lineEnd' | 'sentenceEnd';

export interface StoppingCriteria {
  readonly stopAtLineEnd: boolean;
  readonly stopAtSentenceEnd: boolean;
}

interface StopPoint {
  /** UTF-16 units of the text to keep. */
  readonly length: number;
  readonly reason: TextStop;
}

/**
 * A sentence's end with the quotes and brackets that close it. A full stop, or another script's mark, counts only before white
 * space, which keeps `3.14` and `file.txt` whole, but not before a no-break space, behind which a French `»` may stand. Chinese and
 * Japanese ends count before any character that does not belong to the end; `．`, which mathematical texts have for 。, not in a number.
 */
const SENTENCE_END =
  /(?:[。！？｡]|．(?!\p{N}))["'”’」』）》】)]*(?=[^。！？｡．"'”’」』）》】)])|[.!?…؟۔।॥։።။។](?:["'“”‘’)\]«»]|[\u00a0\u202f]»)*(?=[^\S\u00a0\u202f])/gu;
/** After these a full stop ends no sentence. */
const ABBREVIATION = /(?:^|[^\p{L}])(?:Mr|Mrs|Ms|Dr|Prof|St|vs|cf|Fig|No|e\.g|i\.e|etc|[A-Z])\.$/u;

/** The number of a list's item or of a heading, at the start of its line: 1.2. or 一． */
const ITEM_NUMBER = /(?:^|\n)[\s>#*+-]*[\d０-９一二三四五六七八九十]+(?:[.．][\d０-９]+)*[.．]$/u;
/** UTF-16 units before a text in which the beginning of an abbreviation or number is looked for. */
const CONTEXT = 32;

/**
 * The first place at which `text` must end, or null when it may go on. A sentence's end shows only once a character follows it.
 * @param before what stands before the text, or the end of that
 */
export function findStop(text: string, criteria: StoppingCriteria, before = ''): StopPoint | null {
  const lineEnd = criteria.stopAtLineEnd ? text.search(/[\r\n]/) : -1;
  const line = lineEnd < 0 ? text : text.slice(0, lineEnd + 1);
  if (criteria.stopAtSentenceEnd) {
    for (const match of line.matchAll(SENTENCE_END)) {
      const length = match.index + match[0].length;
      const ended = before.slice(-CONTEXT) + text.slice(0, length);
      if (!ABBREVIATION.test(ended) && !ITEM_NUMBER.test(ended) && length !== lineEnd) {
        return { length, reason: 'sentenceEnd' };
      }
    }
  }
  return lineEnd < 0 ? null : { length: lineEnd, reason: 'lineEnd' };
}
