/**
 * Makes a model with its own tokens an exact expert over the shared vocabulary, by way of bytes.
 *
 * The probability that a text continues with given bytes is the sum over all foreign tokenisations that cover them: a prefix of
 * the text in its own tokens, and one token that crosses the end (Phan et al., "Exact Byte-Level Probabilities from
 * Tokenized Language Models", arXiv 2410.09303; Hayase et al., "Sampling from Your Language Model One Byte at a Time",
 * arXiv 2506.14123). Each continuation counts for the shared token that it begins with, so no two tokens are guessed to mean the
 * same. A model over the shared vocabulary passes unchanged, except around a space and a backslash, which are one token only
 * before a letter. A model whose tokens are the shared ones, id by id, needs no bridge (`hasSharedTokens.ts`).
 */
import { bringForward, setNewest } from '../boundedMap';
import { beginsCharacter, nextCharacter } from '../characterBounds';
import type { Expert, Readiness } from '../expert';
import { OneByOne } from '../oneByOne';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { concatBytes } from './byteEncoder';
import { COARSE_LIMITS, FINE_LIMITS, type BridgeLimits, type BridgeState } from './bridgeState';
import { convert } from './conversion';
import type { ForeignModel } from './foreignModel';
import { ForeignReader, type ForeignNode } from './foreignReader';
import { ForeignTokens } from './foreignTokens';
import { PlaceMemory } from './placeMemory';
import type { PlacingSource } from './placing';
import { lastSeparation } from './separation';
import { NO_CONTEXT, SharedTokens } from './sharedTokens';

/** Finished distributions kept. */
const MOST_KEPT = 512;
/**
 * In bytes. A longer tail, as in scripts without spaces, is cut between two characters at a foreign token, at least
 * {@link KEPT_TAIL} bytes before its end.
 */
const LONGEST_TAIL = 64;
const KEPT_TAIL = 32;
const NO_BYTES = new Uint8Array();
const utf8 = new TextEncoder();

interface BridgeOptions {
  /** Whether the model can no longer be used. While it is away, a bridge with {@link Expert.readiness} reports no state as ready. */
  readonly isAway?: () => boolean;
  readonly limits?: Partial<BridgeLimits>;
}

export class Bridge<State> extends OneByOne<BridgeState<State>> implements Expert<BridgeState<State>> {
  readonly name: string;
  readonly vocabSize: number;
  readonly readiness?: Readiness<BridgeState<State>>;
  private readonly shared: SharedTokens;
  private readonly reader: ForeignReader<State>;
  private readonly source: PlacingSource<State>;
  /** Oldest first. */
  private readonly finished = new Map<BridgeState<State>, Float32Array>();
  private readonly underWay = new Map<BridgeState<State>, Promise<void>>();
  private distributions = 0;
  private isDisposed = false;

  constructor(
    private readonly foreign: ForeignModel<State>,
    tokenizer: Tokenizer,
    { isAway = () => false, limits = {} }: BridgeOptions = {},
  ) {
    super();
    this.name = foreign.expert.name;
    this.vocabSize = tokenizer.vocabSize;
    this.shared = new SharedTokens(tokenizer);
    this.reader = new ForeignReader(foreign);
    const tokens = new ForeignTokens(foreign.vocabulary, this.shared);
    this.source = {
      tokens,
      shared: this.shared,
      limits: {
        ...(foreign.vocabulary.tokens.length > this.vocabSize ? COARSE_LIMITS : FINE_LIMITS),
        ...limits,
      },
      memory: new PlaceMemory(tokens, this.shared),
      childrenOf: (nodes, ids) => this.reader.childrenOf(nodes, ids),
      uniformProbability: (bytes) => this.vocabSize ** -this.shared.tokensOf(bytes).ids.length,
    };
    const waitFor = foreign.expert.readiness;
    if (waitFor !== undefined) {
      this.readiness = {
        isReady: (state) => this.finished.has(state) && !isAway(),
        prepare: (states) => (isAway() ? Promise.resolve() : this.prepare(states, waitFor)),
      };
    }
  }

  /** Distributions made over the shared vocabulary, and those that the foreign model was asked for, since the bridge was made. */
  get cost(): { readonly distributions: number; readonly foreignPredictions: number } {
    return { distributions: this.distributions, foreignPredictions: this.reader.predictions };
  }

  start(): BridgeState<State> {
    return { root: this.reader.start(), tail: NO_BYTES, context: NO_CONTEXT };
  }

  next({ root, tail, context }: BridgeState<State>, tokenId: number): BridgeState<State> {
    if (tokenId === this.shared.endOfTextId) {
      const end = this.readTail(root, tail, tail.length).root;
      return {
        root: this.reader.restart(end),
        tail: utf8.encode(this.foreign.vocabulary.documentPrefix),
        context: NO_CONTEXT,
      };
    }
    const longer = concatBytes(tail, this.shared.tokenBytes(tokenId));
    return { ...this.commit(root, longer), context: this.shared.contextAfter(context, tokenId) };
  }

  predict(state: BridgeState<State>, probs: Float32Array): void {
    probs.set(this.finished.get(state) ?? this.convertNow(state));
  }

  /** Also ends preparations under way, as nobody needs them any more. */
  dispose(): void {
    this.isDisposed = true;
    this.finished.clear();
    this.foreign.expert.dispose();
  }

  /** Reads the part of the tail whose tokens can no longer change. */
  private commit(root: ForeignNode<State>, tail: Uint8Array): Pick<BridgeState<State>, 'root' | 'tail'> {
    const separation = lastSeparation(tail);
    if (separation > 0) {
      const committed = this.readTail(root, tail, separation);
      if (committed.tail.length === tail.length - separation) {
        return committed;
      }
    }
    if (tail.length <= LONGEST_TAIL) {
      return { root, tail };
    }
    const cut = this.readTail(root, tail, tail.length - KEPT_TAIL);
    // The model skips a stretch that has no encoding.
    return cut.tail.length <= LONGEST_TAIL
      ? cut
      : { root: cut.root, tail: tail.subarray(nextCharacter(tail, tail.length - KEPT_TAIL)) };
  }

  /** Reads the tail's foreign tokens up to `end`, or as far as whole tokens and characters go: half a character has no encoding. */
  private readTail(root: ForeignNode<State>, tail: Uint8Array, end: number) {
    const encoding = this.foreign.vocabulary.encode(tail);
    let node = root;
    let read = { root, from: 0 };
    for (let i = 0; i < (encoding?.ids.length ?? 0) && encoding!.ends[i] <= end; i++) {
      node = this.reader.child(node, encoding!.ids[i]);
      if (beginsCharacter(tail, encoding!.ends[i])) {
        read = { root: node, from: encoding!.ends[i] };
      }
    }
    return { root: read.root, tail: tail.subarray(read.from) };
  }

  /** Advances the conversions of all states together, step by step, so that the model is asked in few calls. */
  private async prepare(states: readonly BridgeState<State>[], waitFor: Readiness<State>): Promise<void> {
    this.forgetLongAgo();
    const others = new Set(states.flatMap((state) => this.underWay.get(state) ?? []));
    bringForward(this.finished, states);
    const own = states.filter((state) => !this.finished.has(state) && !this.underWay.has(state));
    const work = this.convertTogether([...new Set(own)], waitFor).finally(() => {
      for (const state of own) {
        this.underWay.delete(state);
      }
    });
    for (const state of own) {
      this.underWay.set(state, work);
    }
    await Promise.all([work, ...others]);
  }

  private async convertTogether(
    states: readonly BridgeState<State>[],
    waitFor: Readiness<State>,
  ): Promise<void> {
    let running = states.map((state) => {
      const steps = convert(this.source, state);
      return { state, steps, step: steps.next() };
    });
    while (running.length > 0 && !this.isDisposed) {
      const asked = running.map(({ step }) => (step.done === true ? [] : step.value));
      const nodes = [...new Set(asked.flat())];
      const answers = this.reader.known(nodes);
      const waiting = nodes.filter((node) => !answers.has(node));
      if (waiting.length > 0) {
        await waitFor.prepare(waiting.map((node) => node.state));
      }
      const ready = waiting.filter((node) => waitFor.isReady(node.state));
      for (const [i, distribution] of this.reader.read(ready).entries()) {
        answers.set(ready[i], distribution);
      }
      running = running.flatMap(({ state, steps, step }, i) => {
        if (step.done === true) {
          this.finish(state, step.value);
          return [];
        }
        const distributions = asked[i].flatMap((node) => answers.get(node) ?? []);
        // A state without an answer is dropped: it stays not ready, and the mix does without this model there.
        return distributions.length < asked[i].length
          ? []
          : [{ state, steps, step: steps.next(distributions) }];
      });
    }
  }

  private convertNow(state: BridgeState<State>): Float32Array {
    this.forgetLongAgo();
    const steps = convert(this.source, state);
    let step = steps.next();
    while (step.done !== true) {
      step = steps.next(this.reader.read(step.value));
    }
    return this.finish(state, step.value);
  }

  private forgetLongAgo(): void {
    if (this.underWay.size === 0) {
      this.reader.forgetLongAgo();
    }
  }

  private finish(state: BridgeState<State>, probs: Float32Array): Float32Array {
    this.distributions++;
    setNewest(this.finished, state, probs, MOST_KEPT);
    return probs;
  }
}
