/**
 * A server's model as an expert over the shared vocabulary, approximated from its few likeliest tokens. Its tokenization is not
 * known here, so it is asked about texts. In a half-read word it is asked twice: after the text before the word, for tokens that go
 * beyond what was read of it; and after the whole text, in case what was read of the word is a token of its own.
 */
import { concatBytes } from '../../../model/bridge/byteEncoder';
import {
  NO_CONTEXT,
  NO_TOKEN,
  type SharedContext,
  type SharedTokens,
} from '../../../model/bridge/sharedTokens';
import { wholeCharacters } from '../../../model/characterBounds';
import { beginsWith } from '../../../model/commonPrefix';
import type { Expert, Readiness } from '../../../model/expert';
import { OneByOne } from '../../../model/oneByOne';
import type { ChoiceSource } from './choiceSource';

interface ServerState {
  /** The complete characters read so far, as far back as prompts reach. */
  readonly text: string;
  /** The first bytes of one more character. */
  readonly pending: Uint8Array;
  /** See {@link SharedTokens}. */
  readonly context: SharedContext;
}

/** Most characters sent. The prompt begins at a multiple of half of that, so that the server can reuse what it has read. */
const LONGEST_PROMPT = 4096;
const PROMPT_STEP = LONGEST_PROMPT / 2;
/** UTF-16 units at the end of a text in which a half-read word is looked for. */
const LONGEST_WORD = 40;
/** Stands for the beginning of a document, since servers refuse an empty text. */
const BEGINNING = '\n';
/** A word, perhaps half-read, of a script with spaces at the end of the text, with the space before it. */
const HALF_WORD =
  / ?(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}_]){1,32}$/u;
/** Weight of tokenizations of a half-read word that the list does not confirm: its next token is unlisted, or covers only a part. */
const UNLISTED = 0.1;
/** Probability that is always spread evenly over all tokens, so that no text is impossible. */
const LEAST_SPREAD = 1e-4;

const NO_BYTES = new Uint8Array();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8 = new TextEncoder();

export class ServerExpert extends OneByOne<ServerState> implements Expert<ServerState> {
  readonly name = 'half';
  readonly vocabSize: number;
  readonly readiness: Readiness<ServerState> = {
    isReady: (state) => this.prompts(state).every((prompt) => this.source.choicesAfter(prompt) !== undefined),
    prepare: (states) => this.source.ask(states.flatMap((state) => this.prompts(state))),
  };

  constructor(
    private readonly source: Pick<ChoiceSource, 'choicesAfter' | 'ask' | 'dispose'>,
    private readonly shared: SharedTokens,
  ) {
    super();
    this.vocabSize = shared.vocabSize;
  }

  start(): ServerState {
    return { text: '', pending: NO_BYTES, context: NO_CONTEXT };
  }

  next({ text, pending, context }: ServerState, tokenId: number): ServerState {
    if (tokenId === this.shared.endOfTextId) {
      return this.start();
    }
    const bytes = concatBytes(pending, this.shared.tokenBytes(tokenId));
    const whole = wholeCharacters(bytes);
    const longer = text + decoder.decode(bytes.subarray(0, whole));
    return {
      // A state, and each text asked about, would keep all of a long document in memory. The text before a half-read word is asked
      // about, too, and its prompt may begin a step earlier.
      text: longer.slice(promptStart(longer.length - LONGEST_WORD)),
      pending: bytes.subarray(whole),
      context: this.shared.contextAfter(context, tokenId),
    };
  }

  predict(state: ServerState, probs: Float32Array): void {
    const sums = new Float64Array(this.vocabSize);
    const { root, tail } = this.parts(state);
    let listed = 0;
    let exact = 0;
    for (const { bytes, probability } of this.choices(root)) {
      listed += probability;
      if (bytes.length > tail.length && beginsWith(bytes, tail)) {
        this.add(sums, state.context, bytes.subarray(tail.length), probability);
      } else if (beginsWith(tail, bytes)) {
        exact += probability * (bytes.length === tail.length ? 1 : UNLISTED);
      }
    }
    const rest = Math.max(0, 1 - listed);
    let spread = rest;
    if (tail.length > 0) {
      spread *= UNLISTED;
      const whole = exact + UNLISTED * rest;
      // The server cannot be asked after an incomplete character, so only tokens that go beyond it are known.
      const after = state.pending.length > 0 ? [] : this.choices(state.text);
      const told = after.reduce((sum, { probability }) => sum + probability, 0);
      for (const { bytes, probability } of after) {
        this.add(sums, state.context, bytes, whole * probability);
      }
      spread += whole * Math.max(0, 1 - told);
    }
    const total = sums.reduce((sum, value) => sum + value, spread);
    const even = (LEAST_SPREAD + (1 - LEAST_SPREAD) * (total > 0 ? spread / total : 1)) / this.vocabSize;
    const scale = total > 0 ? (1 - LEAST_SPREAD) / total : 0;
    for (let id = 0; id < probs.length; id++) {
      probs[id] = scale * sums[id] + even;
    }
  }

  dispose(): void {
    this.source.dispose();
  }

  private add(sums: Float64Array, context: SharedContext, bytes: Uint8Array, mass: number): void {
    const first = this.shared.firstToken(context, bytes);
    // Where no token boundary stays between the context and the bytes, the bytes are encoded alone.
    sums[first === NO_TOKEN ? this.shared.tokensOf(bytes).ids[0] : first] += mass;
  }

  private choices(text: string) {
    return this.source.choicesAfter(promptOf(text)) ?? [];
  }

  private prompts(state: ServerState): string[] {
    const { root, tail } = this.parts(state);
    const texts = tail.length > 0 && state.pending.length === 0 ? [root, state.text] : [root];
    return texts.map(promptOf);
  }

  /** `tail` is the end of the text that may be a part of a longer token, `root` the text before it. */
  private parts({ text, pending }: ServerState): { readonly root: string; readonly tail: Uint8Array } {
    if (pending.length > 0) {
      return { root: text, tail: pending };
    }
    const [word] = HALF_WORD.exec(text.slice(-LONGEST_WORD)) ?? [''];
    return { root: text.slice(0, text.length - word.length), tail: utf8.encode(word) };
  }
}

function promptOf(text: string): string {
  // Servers refuse half a character.
  return text === '' ? BEGINNING : text.slice(promptStart(text.length)).replace(/^[\udc00-\udfff]/, '');
}

/** Where the prompt of a text of so many UTF-16 units begins. */
const promptStart = (length: number): number =>
  Math.max(0, Math.ceil((length - LONGEST_PROMPT) / PROMPT_STEP) * PROMPT_STEP);
