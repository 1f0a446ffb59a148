/** Beam search over the mix. All beams advance together, so that a network reads its weights once a step, not once a beam. */
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { GrownText } from './drawnStep';
import type { Candidate, HealedStart } from './healedStart';
import type { NextMark } from './nextMark';
import type { Pause } from './pause';
import { mostLikely } from './samplerStages';
import { appendBytes, NOTHING_DECODED, type DecodedText } from './wholeCharacters';

export interface Seed {
  readonly candidate: Candidate;
  readonly logProb: number;
  /** Its most likely continuation is followed even where likelier beams would push it out. */
  readonly reserved: boolean;
}

export interface BeamStep {
  /** Log-probability of all tokens up to this one, nats. */
  readonly logProb: number;
  /** UTF-16 units of the text up to here. */
  readonly length: number;
  /** Probability that the next token does not continue the word; 1 until the next step is computed, and where no token can. */
  readonly wordEnds: number;
  /** What may follow; null until the next step is computed, and where no mark can. */
  readonly nextMark: NextMark | null;
}

export interface Beam<Reason> {
  readonly steps: readonly BeamStep[];
  readonly text: string;
  readonly reason: Reason | 'length' | 'confidence' | 'endOfText';
  /** Log-probability of all tokens, with the end of the text where that is the reason, nats. */
  readonly logProb: number;
  /** From where it could go on; null unless its length is the reason. */
  readonly last: (GrownText & Pick<OpenBeam, 'tokens'>) | null;
}

interface BeamRules<Reason> {
  readonly width: number;
  readonly maxTokens: number;
  /** A beam is not extended to a log-probability below this, in nats. */
  readonly minLogProb: number;
  /** Changes `probs`, the distribution after `tokens`, in place; the last `newCount` tokens reach beyond the typed text. */
  shape?(probs: Float32Array, tokens: readonly number[], newCount: number): void;
  /** The reason to end a beam with this text; null when it may go on. */
  finish(text: string, tokens: readonly number[]): Reason | null;
  /** By token id [vocabSize], 1 for the tokens that continue the word that `text` ends in; null when none can. */
  continuesWord(text: string): Uint8Array | null;
  /** The mark that most likely follows, by the distribution of the next token [vocabSize]; null where none can, or none is wanted. */
  nextMark(probs: Float32Array): NextMark | null;
}

interface OpenBeam extends GrownText {
  readonly tokens: readonly number[];
  readonly steps: readonly BeamStep[];
  readonly reserved: boolean;
}

interface Extension {
  readonly parent: OpenBeam;
  readonly tokenId: number;
  readonly logProb: number;
  readonly decoded: DecodedText;
  readonly reserved: boolean;
}

const logProbOf = ({ steps }: OpenBeam): number => steps[steps.length - 1].logProb;

/** Yields after each step; returns every beam that ended, each with its reason. */
export function* beamSearch<Reason extends string>(
  start: HealedStart,
  seeds: readonly Seed[],
  rules: BeamRules<Reason>,
): Generator<Pause, Beam<Reason>[]> {
  const { model, tokenizer, tail } = start;
  const ended: Beam<Reason>[] = [];
  let open: OpenBeam[] = [];
  const end = (beam: OpenBeam, reason: Beam<Reason>['reason'], logProb = logProbOf(beam)) => {
    const last = reason === 'length' ? beam : null;
    ended.push({ steps: beam.steps, text: beam.decoded.text, reason, logProb, last });
  };
  const keep = (beam: OpenBeam) => {
    const reason = rules.finish(beam.decoded.text, beam.tokens);
    if (reason === null) {
      open.push(beam);
    } else {
      end(beam, reason);
    }
  };
  for (const { candidate, logProb, reserved } of seeds) {
    const decoded = appendBytes(NOTHING_DECODED, start.newBytes(candidate));
    if (decoded !== null && candidate.tokenId !== tokenizer.endOfTextId) {
      const tokens = [...candidate.branch.tokens, candidate.tokenId];
      const steps = [{ logProb, length: decoded.text.length, wordEnds: 1, nextMark: null }];
      keep({ tokens, steps, decoded, state: start.stateAfter(candidate), reserved });
    }
  }
  const buffers: Float32Array[] = [];
  for (let step = 1; open.length > 0; step++) {
    const states = open.map((beam) => beam.state);
    yield tail.prepare(states);
    while (buffers.length < open.length) {
      buffers.push(new Float32Array(model.vocabSize));
    }
    const probs = buffers.slice(0, open.length);
    model.predictMany(states, probs);
    const beams = open.map((beam, i) => withNext(beam, probs[i], rules));
    beams.forEach(({ tokens }, i) => rules.shape?.(probs[i], tokens, step));
    const chosen = step < rules.maxTokens ? chooseExtensions(beams, probs, tokenizer, rules) : [];
    for (const beam of beams) {
      const children = chosen.filter(({ parent }) => parent === beam);
      const asEnded = children.find(({ tokenId }) => tokenId === tokenizer.endOfTextId);
      if (children.length === 0) {
        end(beam, step < rules.maxTokens ? 'confidence' : 'length');
      } else if (asEnded !== undefined) {
        end(beam, 'endOfText', asEnded.logProb);
      }
    }
    const going = chosen.filter(({ tokenId }) => tokenId !== tokenizer.endOfTextId);
    const next = model.nextMany(
      going.map(({ parent }) => parent.state),
      going.map(({ tokenId }) => tokenId),
    );
    open = [];
    going.forEach(({ parent, tokenId, logProb, decoded, reserved }, i) => {
      const steps = [...parent.steps, { logProb, length: decoded.text.length, wordEnds: 1, nextMark: null }];
      keep({ tokens: [...parent.tokens, tokenId], steps, decoded, state: next[i], reserved });
    });
  }
  return ended;
}

/** The beam, with what its last step can know only once the distribution after it is there. */
function withNext<Reason>(beam: OpenBeam, probs: Float32Array, rules: BeamRules<Reason>): OpenBeam {
  const continuesWord = rules.continuesWord(beam.decoded.text);
  let continued = 0;
  if (continuesWord !== null) {
    for (let id = 0; id < probs.length; id++) {
      continued += continuesWord[id] * probs[id];
    }
  }
  const step = {
    ...beam.steps[beam.steps.length - 1],
    wordEnds: Math.max(0, 1 - continued),
    nextMark: rules.nextMark(probs),
  };
  return { ...beam, steps: [...beam.steps.slice(0, -1), step] };
}

/** The likeliest one-token extension of each reserved beam, and the `width` likeliest of all others. */
function chooseExtensions<Reason>(
  beams: readonly OpenBeam[],
  probs: readonly Float32Array[],
  tokenizer: Tokenizer,
  { width, minLogProb }: BeamRules<Reason>,
): Extension[] {
  const extensions: Extension[] = [];
  beams.forEach((parent, i) => {
    const before = logProbOf(parent);
    let found = 0;
    // More than `width`, as some may not continue the text as valid UTF-8.
    for (const tokenId of mostLikely(probs[i], 2 * width + 2)) {
      const logProb = before + Math.log(probs[i][tokenId]);
      if (found === width || logProb < minLogProb || probs[i][tokenId] === 0) {
        break;
      }
      const decoded = appendBytes(parent.decoded, tokenizer.tokenBytes(tokenId));
      if (decoded !== null) {
        extensions.push({ parent, tokenId, logProb, decoded, reserved: parent.reserved && found === 0 });
        found++;
      }
    }
  });
  extensions.sort((a, b) => b.logProb - a.logProb);
  const others = extensions.filter(({ reserved }) => !reserved);
  return [...extensions.filter(({ reserved }) => reserved), ...others.slice(0, width)];
}
