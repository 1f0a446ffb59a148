/** How well insertions join the text right of the cursor, by the model itself. */
import { commonPrefixLength } from '../commonPrefix';
import type { MixtureModel, MixtureState } from '../mixtureModel';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { lastWordOf, type ReadTail } from './healedStart';
import type { Pause } from './pause';
import { wordEnds } from './wordUnits';

/** A text as tokens after a common state. */
interface Path {
  readonly tokens: ArrayLike<number>;
  /** Tokens before this one are read but not scored. */
  readonly scoredFrom: number;
  /** Of the scored tokens so far, nats. */
  logProb: number;
}

/** Paths that have had the same tokens up to a state, and each have at least one more. */
interface Bundle {
  readonly state: MixtureState;
  readonly paths: readonly Path[];
}

/** Words of the text right of the cursor that are scored. Those after them hardly depend on what was inserted. */
const SCORED_WORDS = 3;
/** Characters that these are looked for in, since the text may be long. */
const LONGEST_SCORED = 100;
/** Stands for a probability that rounding has made zero. */
const LEAST_PROBABILITY = 1e-38;

/**
 * By insertion, ln p(right | text up to the cursor, insertion). Both texts are scored as the tokenizer encodes them, since its tokens
 * may reach across the join; what they begin with alike cancels out and is only read. Experts that have to be waited for are not asked:
 * a server is sent nothing of the text right of the cursor. Yields between the model's steps.
 */
export function* joinsByModel(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  insertions: readonly string[],
  right: string,
): Generator<Pause, number[]> {
  const { text, firstToken } = lastWordOf(tokenizer, tail);
  const near = right.slice(0, LONGEST_SCORED);
  const beginning = near.slice(0, wordEnds('', near)[SCORED_WORDS - 1]);
  const pairs = insertions.map((insertion) => {
    const [without, joined] = [text + insertion, text + insertion + beginning].map((whole) =>
      tokenizer.encode(whole),
    );
    const scoredFrom = commonPrefixLength(without, joined);
    return {
      without: { tokens: without, scoredFrom, logProb: 0 },
      joined: { tokens: joined, scoredFrom, logProb: 0 },
    };
  });
  const paths = pairs.flatMap(({ without, joined }) => [without, joined]);
  yield* scorePaths(model, { state: tail.states[firstToken], paths });
  return pairs.map(({ without, joined }) => joined.logProb - without.logProb);
}

/** Scores all paths together, so that a beginning that several share is read once, and a network reads its weights once a step. */
function* scorePaths(model: MixtureModel, all: Bundle): Generator<Pause, void> {
  let bundles = [all];
  for (let i = 0; bundles.length > 0; i++) {
    const scored = bundles.filter(({ paths }) => paths.some(({ scoredFrom }) => scoredFrom <= i));
    const states = scored.map(({ state }) => state);
    yield;
    const probs = states.map(() => new Float32Array(model.vocabSize));
    model.predictMany(states, probs);
    for (const [k, { paths }] of scored.entries()) {
      for (const path of paths.filter(({ scoredFrom }) => scoredFrom <= i)) {
        path.logProb += Math.log(Math.max(LEAST_PROBABILITY, probs[k][path.tokens[i]]));
      }
    }
    const branches = bundles.flatMap(({ state, paths }) =>
      [...byTokenAt(i, paths)].map(([tokenId, own]) => ({ state, tokenId, paths: own })),
    );
    const next = model.nextMany(
      branches.map(({ state }) => state),
      branches.map(({ tokenId }) => tokenId),
    );
    bundles = branches.map(({ paths }, k) => ({ state: next[k], paths }));
  }
}

/** The paths that go on after their token there. */
function byTokenAt(at: number, paths: readonly Path[]): Map<number, Path[]> {
  const groups = new Map<number, Path[]>();
  for (const path of paths.filter(({ tokens }) => at + 1 < tokens.length)) {
    const tokenId = path.tokens[at];
    groups.set(tokenId, [...(groups.get(tokenId) ?? []), path]);
  }
  return groups;
}
