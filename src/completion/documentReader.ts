/**
 * Brings the mix of experts to the cursor. States of read text are kept, one per line start and one per token of the last lines, so
 * that a typed character costs a step or two and not a re-read.
 */
import { setNewest } from '../model/boundedMap';
import type { MixtureModel, MixtureState } from '../model/mixtureModel';
import type { ReadTail } from '../model/generation/healedStart';
import { predictOnce } from '../model/generation/pause';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import { ReadDocument, TAIL_TOKENS, type Line } from './readDocument';

/** Most tokens that the networks read to catch up; the counts and the copy model still see all of the text. */
const MAX_REREAD = 192;
/** Tokens before the cursor that teach the gate when a document is opened. */
const LEARNED_WHEN_OPENED = 64;
/** Most documents of which it is remembered that they have taught the gate. */
const MOST_REMEMBERED = 1024;
/** Most characters added between two requests that count as typed or accepted; a longer piece counts as pasted. */
const LONGEST_TYPED = 200;
/** Tokens of a finished line that teach the gate at once; the rest was learned while the line was typed. */
const LEARNED_AT_LINE_END = 8;
/** Tokens at the end that may still change as the user types on. */
const UNSETTLED_TOKENS = 2;

export class DocumentReader {
  /** What the model wrote last, with all text before it. */
  private generated: { readonly uri: string; readonly text: string } | null = null;
  private current: { uri: string; document: ReadDocument } | null = null;
  /** Least recently used first. */
  private readonly documents = new Map<string, ReadDocument>();
  /** Names of those opened before. A gate that is taught the same text again and again trusts too much what predicts that. */
  private readonly opened = new Map<string, true>();
  /** States at which the gate has already learned from a half that had to be waited for. */
  private readonly waitedFor = new WeakSet<MixtureState>();

  constructor(
    private readonly model: MixtureModel,
    private readonly tokenizer: Tokenizer,
    private readonly maxDocuments = 6,
  ) {}

  /**
   * Reads up to the end of `prefix` and opens the document named `uri` in the workspace's model, which then also knows what follows
   * the line of the cursor in `suffix`. The returned tail waits for no slow expert.
   */
  moveTo(uri: string, prefix: string, suffix = ''): ReadTail {
    const { document, isNew, isFirst } = this.open(uri);
    this.readBelow(document, suffix);
    const added = prefix.length - document.text.length;
    const hasMoved = document.passesOver(prefix, suffix);
    const from = document.keepCommon(prefix);
    const kept = this.replaceTokens(document, prefix, from);
    document.text = prefix;
    document.after = suffix.slice(0, LONGEST_TYPED);
    const isOwn = this.generated?.uri === uri && this.generated.text.startsWith(prefix);
    const wasTyped = !isNew && !isOwn && !hasMoved && added <= LONGEST_TYPED;
    if (isFirst) {
      document.learnedUpTo = Math.max(0, document.tokens.length - LEARNED_WHEN_OPENED);
    } else if (!wasTyped) {
      document.learnedUpTo = document.tokens.length;
    }
    const shared = this.model.workspace.document;
    shared.truncate(Math.min(shared.length, kept, document.lastLine.firstToken));
    this.readOn(document, isNew ? LEARNED_WHEN_OPENED : LEARNED_AT_LINE_END);
    if (this.model.workspace.narrowOpenFile()) {
      document.predictions.clear();
    }
    document.prune();
    return this.tailOf(document);
  }

  /** Whether this is the document that was moved to last, whose text the workspace's model has open. */
  isOpen(uri: string): boolean {
    return this.current?.uri === uri;
  }

  /** Reports a text, from the document's start on, whose end the model has written: there is nothing to learn from that end. */
  noteGenerated(uri: string, text: string): void {
    this.generated = { uri, text };
  }

  /** Drops the cached predictions, as the workspace text has changed; the states of the networks stay valid. */
  forgetPredictions(): void {
    for (const { predictions } of this.documents.values()) {
      predictions.clear();
    }
  }

  /** Teaches the gate with at most `count` settled tokens of the text that is being typed; returns how many there were. */
  learnTyped(count: number): number {
    if (this.current === null) {
      return 0;
    }
    const { document } = this.current;
    const end = Math.min(document.learnedUpTo + count, document.tokens.length - UNSETTLED_TOKENS);
    let learned = 0;
    for (let i = Math.max(document.learnedUpTo, document.lastLine.firstToken); i < end; i++) {
      learned += this.learn(document, i) ? 1 : 0;
    }
    document.learnedUpTo = Math.max(document.learnedUpTo, end);
    return learned;
  }

  /**
   * Teaches the gate how well a half that had to be waited for predicted this tail, once per state. The tail must have been
   * prepared. Yields between tokens.
   */
  *learnWaitedFor({ tokens, states }: ReadTail): Generator<undefined, void> {
    for (let i = 0; i < tokens.length - UNSETTLED_TOKENS; i++) {
      if (!this.waitedFor.has(states[i]) && this.model.learnSlowHalf(states[i], tokens[i])) {
        this.waitedFor.add(states[i]);
        yield;
      }
    }
  }

  private readBelow(document: ReadDocument, suffix: string): void {
    const lineEnd = suffix.indexOf('\n');
    const below = lineEnd < 0 ? '' : suffix.slice(lineEnd + 1);
    if (below !== document.below) {
      document.below = below;
      document.predictions.clear();
      this.model.workspace.document.setBelow(this.tokenizer.encode(below));
    }
  }

  private open(uri: string): { document: ReadDocument; isNew: boolean; isFirst: boolean } {
    const known = this.documents.get(uri);
    const document = known ?? new ReadDocument();
    const isFirst = !this.opened.has(uri);
    setNewest(this.documents, uri, document, this.maxDocuments);
    setNewest(this.opened, uri, true, MOST_REMEMBERED);
    if (this.current?.uri !== uri) {
      // They are not used when it comes back, and may be of some megabytes.
      this.current?.document.predictions.clear();
      this.model.workspace.openDocument(uri);
      // The workspace has forgotten it.
      document.below = '';
      document.predictions.clear();
      this.current = { uri, document };
    }
    return { document, isNew: known === undefined, isFirst };
  }

  /** Encodes `prefix` from `from` on; returns the number of unchanged tokens at the document's start. */
  private replaceTokens(document: ReadDocument, prefix: string, from: number): number {
    const { firstToken } = document.lastLine;
    const fresh: number[] = [];
    const lines: Line[] = [];
    let start = from;
    for (const [line] of prefix.slice(from).matchAll(/[^\n]*\n(?:\r?\n)*|[^\n]+$/g)) {
      lines.push({ start, firstToken: firstToken + fresh.length });
      for (const tokenId of this.tokenizer.encode(line)) {
        fresh.push(tokenId);
      }
      start += line.length;
    }
    if (prefix.endsWith('\n') || prefix === '') {
      lines.push({ start: prefix.length, firstToken: firstToken + fresh.length });
    }
    let same = 0;
    while (same < fresh.length && fresh[same] === document.tokens[firstToken + same]) {
      same++;
    }
    document.keepTokens(firstToken + same);
    for (let i = same; i < fresh.length; i++) {
      document.tokens.push(fresh[i]);
    }
    document.lines.pop();
    document.lines.push(...lines);
    return firstToken + same;
  }

  /** Reads on line by line. A line joins the live text only after it was predicted without it (score first, update after). */
  private readOn(document: ReadDocument, learnedAtLineEnd: number): void {
    const shared = this.model.workspace.document;
    const end = document.tokens.length;
    let position = this.readFrom(document);
    const lastLine = document.lines.length - 1;
    const firstLine = document.lines.findLastIndex(({ firstToken }) => firstToken <= shared.length);
    for (let index = firstLine; index <= lastLine; index++) {
      const lineEnd = index < lastLine ? document.lines[index + 1].firstToken : end;
      const learnFrom = Math.max(document.learnedUpTo, lineEnd - learnedAtLineEnd);
      for (let i = Math.min(position, lineEnd); i < lineEnd; i++) {
        document.states.set(i + 1, this.model.next(document.states.get(i)!, document.tokens[i]));
      }
      position = Math.max(position, lineEnd);
      if (index < lastLine) {
        for (let i = Math.max(learnFrom, document.lines[index].firstToken); i < lineEnd; i++) {
          this.learn(document, i);
        }
        document.learnedUpTo = Math.max(document.learnedUpTo, lineEnd);
        shared.append(document.tokens.slice(shared.length, lineEnd));
      }
    }
  }

  /** The latest position with a known state; where that is too far back, a later one, which gets a start state. */
  private readFrom(document: ReadDocument): number {
    const end = document.tokens.length;
    let position = end;
    while (position > 0 && position > end - MAX_REREAD && !document.states.has(position)) {
      position--;
    }
    if (!document.states.has(position)) {
      document.states.set(position, this.model.start());
    }
    return position;
  }

  private learn(document: ReadDocument, position: number): boolean {
    const state = document.states.get(position);
    if (state !== undefined) {
      this.model.learnGate(state, document.tokens[position]);
    }
    return state !== undefined;
  }

  /** The tail from the line break before the last line on, as a second line break may yet follow and change its token. */
  private tailOf(document: ReadDocument): ReadTail {
    const end = document.tokens.length;
    const lowest = Math.max(0, Math.min(document.lastLine.firstToken - 1, end - 1), end - TAIL_TOKENS + 1);
    // When a long line was opened at its end, its beginning was not read.
    let first = end;
    while (first > lowest && document.states.has(first - 1)) {
      first--;
    }
    const tokens = document.tokens.slice(first);
    const states = Array.from({ length: tokens.length + 1 }, (_, i) => document.states.get(first + i)!);
    return {
      tokens,
      states,
      predictAfter: (count) => predictOnce(this.model, document.predictions, first + count, states[count]),
      prepare: () => undefined,
    };
  }
}
