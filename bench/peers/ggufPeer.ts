/**
 * A transformer in a GGUF file that writes ghost text by the same rules as Understudy's search: a half-typed word is
 * taken back and healed, and the text ends with its line or sentence and is cut where its expected benefit ends.
 */
import { keysToType } from '../../src/model/generation/keysToType';
import { leastExplored, type Continuation } from '../../src/model/generation/suggestionSearch';
import { findStop } from '../../src/model/generation/stoppingCriteria';
import { wordEnds } from '../../src/model/generation/wordUnits';
import { askAfter, loadLlamaModel, type LlamaModel, type LlamaSequence, type NextToken } from './nodeLlama';

/** The context begins at a multiple of this many characters, so that the next cursor can reuse what was read. */
const STRIDE = 600;
const TOP = 64;
const MOST_TOKENS = 16;
const WORD = /[\p{L}\p{M}\p{N}_]/u;
/** A half-typed word of a script with spaces, and the space before it. */
const HALF_WORD = / ?[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{1,24}$/u;

interface Step {
  readonly text: string;
  readonly logProb: number;
}

export class GgufPeer {
  private constructor(
    private readonly model: LlamaModel,
    private readonly sequence: LlamaSequence,
  ) {}

  static async load(peersFolder: string, modelPath: string): Promise<GgufPeer> {
    const model = await loadLlamaModel(peersFolder, modelPath);
    const context = await model.createContext({
      contextSize: 4096,
      batchSize: 512,
      threads: 1,
      swaFullCache: true,
    });
    return new GgufPeer(model, context.getSequence());
  }

  /** Bits of `text` after the last 600 to 1,200 characters of `before`. */
  async bits(before: string, text: string): Promise<number> {
    const context = this.context(before);
    const tokens = this.model.tokenize(text);
    await this.sequence.adaptStateToTokens(context.slice(0, -1), false);
    const input = [...context.slice(this.sequence.nextTokenIndex), ...tokens.slice(0, -1)];
    const first = input.length - tokens.length;
    const answers = await this.sequence.controlledEvaluate(
      input.map((token, i) => (i < first ? token : askAfter(token, [tokens[i - first]], 1))),
    );
    return tokens.reduce(
      (bits, token, i) => bits - Math.log2(Math.max(1e-12, probabilityOf(answers[first + i]!.next, token))),
      0,
    );
  }

  /** The likeliest continuation of a text, with the cursor at its end; empty if none is likely enough to be shown. */
  async continuations(before: string, cost: number, stopAtSentenceEnd: boolean): Promise<Continuation[]> {
    const typed = HALF_WORD.exec(before)?.[0] ?? '';
    const context = this.context(before.slice(0, before.length - typed.length));
    const steps: Step[] = [];
    const tokens: number[] = [];
    const wordEnd = new Map<number, number>();
    const stopping = { stopAtLineEnd: true, stopAtSentenceEnd };
    let logProb = 0;
    let text = '';
    while (tokens.length < MOST_TOKENS && logProb > Math.log(leastExplored(cost))) {
      const next = await this.after([...context, ...tokens]);
      const likeliest = [...next.logits.keys()].map((token) => ({
        token,
        text: this.model.detokenize([...tokens, token], false, context.slice(-8)),
        probability: probabilityOf(next, token),
      }));
      const fitting = likeliest.filter((one) => one.text !== '' && agrees(one.text, typed));
      const all = fitting.reduce((sum, { probability }) => sum + probability, 0);
      if (text.length > typed.length && WORD.test(text.slice(-1))) {
        const goesOn = likeliest.filter((one) => WORD.test(one.text.charAt(text.length)));
        wordEnd.set(text.length, 1 - goesOn.reduce((sum, { probability }) => sum + probability, 0));
      }
      if (fitting.length === 0) {
        break;
      }
      const best = fitting.reduce((a, b) => (b.probability > a.probability ? b : a));
      // Text that was already typed is certain: only tokens that agree with it share the probability.
      logProb += Math.log(best.probability / (text.length < typed.length ? all : 1));
      text = best.text;
      tokens.push(best.token);
      steps.push({ text, logProb });
      if (findStop(text.slice(typed.length), stopping) !== null) {
        break;
      }
    }
    const fresh = text.slice(typed.length).replace(/\ufffd+$/, '');
    const shown = fresh.slice(0, findStop(fresh, stopping)?.length).trimEnd();
    const points = wordEnds(before, shown).map((length) => {
      const end = typed.length + length;
      const step = steps.find((candidate) => candidate.text.length >= end)!;
      const ends = step.text.length === end ? (wordEnd.get(end) ?? 1) : 1;
      return { length, keys: keysToType(shown.slice(0, length)), probability: Math.exp(step.logProb) * ends };
    });
    return points.length === 0 ? [] : [{ text: shown, points, stopReason: 'length' }];
  }

  async dispose(): Promise<void> {
    await this.model.dispose();
  }

  private context(before: string): number[] {
    const start = Math.max(0, Math.floor(before.length / STRIDE) * STRIDE - STRIDE);
    const { bos } = this.model.tokens;
    const tokens = this.model.tokenize(before.slice(start));
    return bos === null ? tokens : [bos, ...tokens];
  }

  private async after(tokens: readonly number[]): Promise<NextToken> {
    await this.sequence.adaptStateToTokens(tokens.slice(0, -1), false);
    const input = tokens.slice(this.sequence.nextTokenIndex);
    const answers = await this.sequence.controlledEvaluate(
      input.map((token, i) => (i < input.length - 1 ? token : askAfter(token, [], TOP))),
    );
    return answers[input.length - 1]!.next;
  }
}

const agrees = (text: string, typed: string) => text.startsWith(typed) || typed.startsWith(text);

/** A token's probability, from the likeliest token's and the difference of their logits. */
function probabilityOf({ token, confidence, logits }: NextToken, wanted: number): number {
  return confidence * Math.exp(logits.get(wanted)! - logits.get(token)!);
}
