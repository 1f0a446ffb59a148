import { HealedStart, type Branch, type ReadTail } from '../model/generation/healedStart';
import { mostLikely } from '../model/generation/samplerStages';
import { appendBytes, NOTHING_DECODED, type DecodedText } from '../model/generation/wholeCharacters';
import type { ExpertPrediction, MixtureModel, MixtureState } from '../model/mixtureModel';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import type { InspectedResponse } from '../protocol/generatorProtocol';

/** Most tokens tried to complete a character. */
const MAX_TRIED = 16;

type Inspection = Pick<InspectedResponse, 'candidates' | 'expertWeights' | 'halfWeight'>;

/**
 * What would come next: the likeliest pieces of text, by the mix and by each expert. In a half-typed word an expert's
 * probabilities are relative to its own continuations of the word, so that they sum to one over all pieces.
 */
export function inspectDocument(
  model: MixtureModel,
  tokenizer: Tokenizer,
  tail: ReadTail,
  topCount: number,
): Inspection {
  const start = new HealedStart(model, tokenizer, tail);
  const byBranch = new Map<Branch, ExpertPrediction[]>();
  for (const branch of start.branches) {
    byBranch.set(branch, model.explain(branch.state));
  }
  const totals = new Map<string, number>();
  const shareOf = ({ branch, tokenId }: { branch: Branch; tokenId: number }, { probs }: ExpertPrediction) =>
    branch.weight * probs[tokenId];
  for (const candidate of start.candidates) {
    for (const expert of byBranch.get(candidate.branch)!) {
      totals.set(expert.name, (totals.get(expert.name) ?? 0) + shareOf(candidate, expert));
    }
  }
  const candidates = start.mostLikely(topCount).flatMap(({ candidate, probability }) => {
    const decoded = appendBytes(NOTHING_DECODED, start.newBytes(candidate));
    const whole = decoded && wholeCharacter(model, tokenizer, start.stateAfter(candidate), decoded);
    if (!whole) {
      return [];
    }
    const experts = byBranch.get(candidate.branch)!.filter(({ name }) => totals.get(name)! > 0);
    const byExpert = Object.fromEntries(
      experts.map((expert) => [
        expert.name,
        (whole.shareOf(expert.name) * shareOf(candidate, expert)) / totals.get(expert.name)!,
      ]),
    );
    return [{ text: whole.text, probability: whole.probability * probability, byExpert }];
  });
  // The rest of a character may be less likely than its beginning.
  candidates.sort((a, b) => b.probability - a.probability);
  const atCursor = byBranch.get(start.likeliestBranch())!;
  return {
    candidates,
    halfWeight: model.halfWeight,
    expertWeights: Object.fromEntries(atCursor.map(({ name, weight }) => [name, weight])),
  };
}

/** A text, and the probability of its rest given its beginning, by the mix and by each expert. */
interface WholeText {
  readonly text: string;
  readonly probability: number;
  shareOf(expert: string): number;
}

/** Completes a character that a token has begun, as in most non-Latin scripts, with its likeliest end; null where it has none. */
function wholeCharacter(
  model: MixtureModel,
  tokenizer: Tokenizer,
  state: MixtureState,
  { text, pending }: DecodedText,
): WholeText | null {
  if (text !== '' || pending.length === 0) {
    return text === '' ? null : { text, probability: 1, shareOf: () => 1 };
  }
  const probs = new Float32Array(model.vocabSize);
  model.predict(state, probs);
  for (const tokenId of mostLikely(probs, MAX_TRIED)) {
    const decoded = appendBytes({ text, pending }, tokenizer.tokenBytes(tokenId));
    const rest = decoded && wholeCharacter(model, tokenizer, model.next(state, tokenId), decoded);
    if (rest) {
      const experts = model.explain(state);
      return {
        text: rest.text,
        probability: probs[tokenId] * rest.probability,
        // An expert without a ready answer here is assumed to agree with the mix.
        shareOf: (name) =>
          (experts.find((expert) => expert.name === name)?.probs ?? probs)[tokenId] * rest.shareOf(name),
      };
    }
  }
  return null;
}
