/**
 * Token healing at the cursor. The tokens of a half-typed word are rarely those of the whole word: ` hel` is ` he` + `l`,
 * ` hello` is one token, and a model that has read ` he` + `l` has hardly ever seen what follows there. So the last tokens
 * are taken back, and the first new token is drawn from all tokens that begin with the bytes taken back and extend them.
 *
 * A _branch_ splits the last word at one position: into a beginning, in the tokens that it has on its own, and the typed bytes
 * after it, with which the next token must begin. The first tokens of a byte-pair encoding are themselves the encoding of their
 * text, alone or before a letter (see `beforeLetter.ts`), so at most two branches for each position miss no encoding.
 */
import { beginsCharacter } from '../characterBounds';
import { commonPrefixLength, isEqual } from '../commonPrefix';
import type { MixtureModel, MixtureState } from '../mixtureModel';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { tokensBeforeLetter } from './beforeLetter';
import type { Pause } from './pause';
import { mostLikely, normalize, suppress } from './samplerStages';

/** The end of a text that has been read. */
export interface ReadTail {
  /** The last tokens of the text, oldest first. */
  readonly tokens: ArrayLike<number>;
  /** [tokens.length + 1]: before the first token, and after each. */
  readonly states: readonly MixtureState[];
  /** p(token | the first `count` tokens of the tail and all before) [vocabSize]; not to be changed. */
  predictAfter(count: number): Float32Array;
  /** A promise to await before predicting in these states; undefined when there is nothing to wait for, or no time to wait. */
  prepare(states: readonly MixtureState[]): Pause;
}

export interface Branch {
  readonly state: MixtureState;
  /** p(next token | state) [vocabSize]. */
  readonly probs: Float32Array;
  /** Probability of the branch's tokens, relative to the other branches. */
  readonly weight: number;
  /** Tokens from the start of the last word up to this state, for the check of the encoding. */
  readonly tokens: readonly number[];
  /** Typed bytes that the next token must begin with; empty on the branch that keeps all tokens, and on that of a letter after them. */
  readonly rest: Uint8Array;
}

/** The last word of a tail, with the white space before it. */
interface LastWord {
  readonly text: string;
  /** Its place among the tail's tokens; the tokens before it stay the same, whatever is typed next. */
  readonly firstToken: number;
}

/** A first token and the branch that it continues. */
export interface Candidate {
  readonly branch: Branch;
  readonly tokenId: number;
}

/** How far before the cursor, in bytes, a first token may begin; longer tokens are runs of spaces and the like. */
const MAX_REST_BYTES = 32;
/** Covering tokens tried to find out whether a branch whose tokens differ from the typed ones can be an encoding. */
const MAX_COVERS_TRIED = 64;

const utf8 = new TextEncoder();
/** U+FEFF, which counts as white space, may begin a word. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The distribution of the first new token at the cursor, normalised over all candidates. */
export class HealedStart {
  /** Longest rest first; the last branch keeps all tokens. */
  readonly branches: readonly Branch[];
  readonly candidates: readonly Candidate[];
  /** [candidates.length], sums to one. Includes candidates that {@link isEncoding} rejects. */
  readonly probs: Float32Array;
  /** By length of the rest, which identifies it, since every rest ends at the cursor. */
  private readonly coversByLength = new Map<number, Int32Array>();

  constructor(
    readonly model: MixtureModel,
    readonly tokenizer: Tokenizer,
    readonly tail: ReadTail,
  ) {
    this.branches = this.branchesOf(lastWordOf(tokenizer, tail));
    const candidates: Candidate[] = [];
    const probs: number[] = [];
    for (const branch of this.branches) {
      for (const tokenId of this.covers(branch.rest)) {
        // The text may end where all tokens are kept, but not where a letter has to follow.
        if (tokenId !== tokenizer.endOfTextId || branch === this.branches.at(-1)) {
          candidates.push({ branch, tokenId });
          probs.push(branch.weight * branch.probs[tokenId]);
        }
      }
    }
    this.candidates = candidates;
    this.probs = Float32Array.from(probs);
    normalize(this.probs);
  }

  /** Gives the end of the text probability zero; false when no other candidate has any. */
  suppressEnd(): boolean {
    const end = this.candidates.findIndex(({ tokenId }) => tokenId === this.tokenizer.endOfTextId);
    return suppress(this.probs, end);
  }

  /** Bytes that a candidate adds to the typed text. */
  newBytes({ branch, tokenId }: Candidate): Uint8Array {
    return this.tokenizer.tokenBytes(tokenId).subarray(branch.rest.length);
  }

  stateAfter({ branch, tokenId }: Candidate): MixtureState {
    return this.model.next(branch.state, tokenId);
  }

  /** Whether the tokenizer encodes the candidate's text as these tokens; no text is ever read as any others. */
  isEncoding({ branch, tokenId }: Candidate): boolean {
    return tokenId === this.tokenizer.endOfTextId || this.encodes(branch.tokens, tokenId);
  }

  /** At most `count` candidates that are encodings, most likely first, with their probabilities. */
  mostLikely(count: number): { candidate: Candidate; probability: number }[] {
    return mostLikely(this.probs, 8 * count)
      .filter((index) => this.probs[index] > 0 && this.isEncoding(this.candidates[index]))
      .slice(0, count)
      .map((index) => ({ candidate: this.candidates[index], probability: this.probs[index] }));
  }

  /** The branch that the first token most likely comes from. */
  likeliestBranch(): Branch {
    const sums = new Map<Branch, number>();
    this.candidates.forEach(({ branch }, i) => sums.set(branch, (sums.get(branch) ?? 0) + this.probs[i]));
    return this.branches.reduce((best, branch) =>
      (sums.get(branch) ?? 0) > (sums.get(best) ?? 0) ? branch : best,
    );
  }

  private branchesOf({ text, firstToken }: LastWord): Branch[] {
    const typed = Array.from(
      { length: this.tail.tokens.length - firstToken },
      (_, i) => this.tail.tokens[firstToken + i],
    );
    const paths = this.pathsOf(text, typed);
    const shared = Math.min(...paths.map((path) => path.shared));
    return paths.map(({ tokens, rest, shared: own }) => {
      let weight = 1;
      for (let i = shared; i < own; i++) {
        weight *= this.tail.predictAfter(firstToken + i)[typed[i]];
      }
      let state = this.tail.states[firstToken + own];
      let probs = this.tail.predictAfter(firstToken + own);
      for (const tokenId of tokens.slice(own)) {
        weight *= probs[tokenId];
        state = this.model.next(state, tokenId);
        probs = new Float32Array(this.model.vocabSize);
        this.model.predict(state, probs);
      }
      return { state, probs, weight, tokens, rest };
    });
  }

  /** Every beginning of the word whose rest one token can cover, and how many of its first tokens are the typed ones. */
  private pathsOf(text: string, typed: readonly number[]) {
    const paths: { tokens: number[]; rest: Uint8Array; shared: number }[] = [];
    const bytes = utf8.encode(text);
    /** By the place where a typed token begins, how many stand before it. */
    const countAt = new Map<number, number>();
    let end = 0;
    for (const [count, tokenId] of typed.entries()) {
      countAt.set(end, count);
      end += this.tokenizer.tokenBytes(tokenId).length;
    }
    for (let at = Math.max(0, bytes.length - MAX_REST_BYTES); at < bytes.length; at++) {
      const rest = bytes.slice(at);
      if (!beginsCharacter(bytes, at) || this.covers(rest).length === 0) {
        continue;
      }
      const before = decoder.decode(bytes.subarray(0, at));
      const count = countAt.get(at);
      const own = count === undefined ? Array.from(this.tokenizer.encode(before)) : typed.slice(0, count);
      for (const tokens of [own, ...this.beforeLetter(before, own)]) {
        const shared = commonPrefixLength(tokens, typed);
        if (shared === tokens.length || this.hasEncoding(tokens, rest)) {
          paths.push({ tokens, rest, shared });
        }
      }
    }
    for (const tokens of [...this.beforeLetter(text, typed), typed]) {
      paths.push({ tokens: [...tokens], rest: new Uint8Array(), shared: commonPrefixLength(tokens, typed) });
    }
    return paths;
  }

  /** The tokens of a beginning of the word before a letter, if those are others than its own. */
  private beforeLetter(beginning: string, own: readonly number[]): number[][] {
    const tokens = tokensBeforeLetter(this.tokenizer, beginning);
    return tokens === null || isEqual(tokens, own) ? [] : [tokens];
  }

  /** Tokens that begin with the bytes of `rest` and extend them; all tokens when it is empty. */
  private covers(rest: Uint8Array): Int32Array {
    let tokens = this.coversByLength.get(rest.length);
    if (tokens === undefined) {
      tokens =
        rest.length === 0
          ? Int32Array.from({ length: this.tokenizer.vocabSize }, (_, id) => id)
          : this.tokenizer.index.longerThan(rest, 0);
      this.coversByLength.set(rest.length, tokens);
    }
    return tokens;
  }

  private hasEncoding(tokens: readonly number[], rest: Uint8Array): boolean {
    return this.covers(rest)
      .slice(0, MAX_COVERS_TRIED)
      .some((tokenId) => this.encodes(tokens, tokenId));
  }

  private encodes(tokens: readonly number[], tokenId: number): boolean {
    const path = [...tokens, tokenId];
    const text = this.tokenizer.decode(path);
    if (text.endsWith('\ufffd')) {
      // It ends inside a character, so its encoding depends on the bytes that follow.
      return true;
    }
    return (
      isEqual(this.tokenizer.encode(text), path) ||
      isEqual(tokensBeforeLetter(this.tokenizer, text) ?? [], path)
    );
  }
}

export function lastWordOf(tokenizer: Tokenizer, { tokens }: ReadTail): LastWord {
  // The tail of a long line may start inside a character, of which no word can be made.
  let from = 0;
  while (from < tokens.length && !beginsCharacter(tokenizer.tokenBytes(tokens[from]), 0)) {
    from++;
  }
  const text = tokenizer.decode(Array.from(tokens).slice(from));
  const word = /\s+\S*$/u.exec(text)?.[0] ?? text;
  let bytes = utf8.encode(word).length;
  let firstToken = tokens.length;
  while (bytes > 0 && firstToken > 0) {
    firstToken--;
    bytes -= tokenizer.tokenBytes(tokens[firstToken]).length;
  }
  // Where no token begins where the word does, nothing is taken back.
  return bytes === 0 ? { text: word, firstToken } : { text: '', firstToken: tokens.length };
}
