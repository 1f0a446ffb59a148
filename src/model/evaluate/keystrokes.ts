/** Simulates a user who types a text and accepts what ghost text gets right, and counts the keys saved and the wrong suggestions. */
import { firstCharacter, isInSpacedWord, lastCharacter } from '../generation/wordCharacters';
import { firstWord } from '../generation/wordUnits';
import type { TypedStretch, TypedText } from './typedStretches';

/** What the product shows at the end of `prefix`, the text before the cursor; empty when nothing. */
export type Suggest = (file: TypedText, prefix: string) => Promise<string>;

export interface KeystrokeScore {
  /** Code points of the text that was written. */
  readonly characters: number;
  /** One for each typed character and each acceptance. */
  readonly keys: number;
  /** 1 − keys / characters. */
  readonly savedShare: number;
  /** Different suggestions shown; one that stays while its beginning is typed counts once. */
  readonly shown: number;
  /** Share of `shown` of which nothing was accepted; 0 when none was shown. */
  readonly wrongShownShare: number;
  readonly shownPer100Characters: number;
  /** Code points of a suggestion when it is first shown; 0 when none was. */
  readonly meanShownLength: number;
  readonly acceptedWhole: number;
  readonly acceptedWords: number;
}

export interface TypingOptions {
  /** Whether the user takes the first word when only that word is right; true by default. */
  readonly takesWords?: boolean;
  readonly onProgress?: (share: number) => void;
  /** Called each time a first word is taken. */
  readonly onWordTaken?: () => void;
}

/**
 * Types each stretch to its end. At every cursor the user reads the suggestion and accepts all of it when the text
 * continues exactly so, else its first word when that is right, each with one key; else types the next character.
 * An acceptance that would end inside a word of the text ("the" of "there") is not right. Nothing is ever
 * deleted, and an acceptance may run past the end of a stretch.
 */
export async function simulateTyping(
  stretches: readonly TypedStretch[],
  suggest: Suggest,
  { takesWords = true, onProgress, onWordTaken }: TypingOptions = {},
): Promise<KeystrokeScore> {
  const tally = new Tally();
  for (const [i, { file, from, to }] of stretches.entries()) {
    onProgress?.(i / stretches.length);
    const { text } = file;
    let position = from;
    while (position < to) {
      const prefix = text.slice(0, position);
      const suggestion = await suggest(file, prefix);
      tally.see(suggestion);
      const right = rightPart(suggestion, text, prefix);
      const how = right === '' ? 'typed' : right === suggestion ? 'whole' : takesWords ? 'word' : 'typed';
      const written = how === 'typed' ? String.fromCodePoint(text.codePointAt(position)!) : right;
      tally.press(written, how);
      if (how === 'word') {
        onWordTaken?.();
      }
      position += written.length;
    }
    tally.leave();
  }
  return tally.score();
}

/** The right part of a suggestion after `prefix`, a prefix of `text`: all of it, its first word, or nothing. */
export function rightPart(suggestion: string, text: string, prefix: string): string {
  if (suggestion === '') {
    return '';
  }
  for (const part of [suggestion, firstWord(prefix, suggestion)]) {
    const end = prefix.length + part.length;
    if (text.startsWith(part, prefix.length) && !splitsWord(text, end)) {
      return part;
    }
  }
  return '';
}

/** Whether a cut there would split a word; scripts without spaces may be cut after any character. */
function splitsWord(text: string, position: number): boolean {
  return (
    isInSpacedWord(lastCharacter(text.slice(0, position))) &&
    isInSpacedWord(firstCharacter(text.slice(position)))
  );
}

class Tally {
  private characters = 0;
  private keys = 0;
  private shown = 0;
  private shownLength = 0;
  private right = 0;
  private readonly accepted = { whole: 0, word: 0 };
  /** The rest of the suggestion on the screen, and whether some of it was accepted. */
  private current = { rest: '', counted: false };

  see(suggestion: string): void {
    if (suggestion !== this.current.rest) {
      this.current = { rest: suggestion, counted: false };
      if (suggestion !== '') {
        this.shown++;
        this.shownLength += codePoints(suggestion);
      }
    }
  }

  press(taken: string, how: 'typed' | 'whole' | 'word'): void {
    this.keys++;
    this.characters += codePoints(taken);
    if (how !== 'typed') {
      this.accepted[how]++;
      this.right += this.current.counted ? 0 : 1;
      this.current.counted = true;
    }
    const { rest } = this.current;
    this.current.rest = rest.startsWith(taken) ? rest.slice(taken.length) : '';
  }

  /** The next stretch starts with nothing on the screen. */
  leave(): void {
    this.current = { rest: '', counted: false };
  }

  score(): KeystrokeScore {
    const { characters, keys, shown } = this;
    return {
      characters,
      keys,
      savedShare: characters === 0 ? 0 : 1 - keys / characters,
      shown,
      wrongShownShare: shown === 0 ? 0 : (shown - this.right) / shown,
      shownPer100Characters: characters === 0 ? 0 : (100 * shown) / characters,
      meanShownLength: shown === 0 ? 0 : this.shownLength / shown,
      acceptedWhole: this.accepted.whole,
      acceptedWords: this.accepted.word,
    };
  }
}

function codePoints(text: string): number {
  return Array.from(text).length;
}
