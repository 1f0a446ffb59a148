import { HealedStart, type Branch } from '../model/generation/healedStart';
import { appendBytes, NOTHING_DECODED } from '../model/generation/wholeCharacters';
import type { ReadTail } from '../model/generation/healedStart';
import type { ExpertPrediction, MixtureModel } from '../model/mixtureModel';
import type { Tokenizer } from '../model/tokenizer/tokenizer';
import type { InspectedResponse } from '../protocol/generatorProtocol';

type Inspection = Pick<InspectedResponse, 'candidates' | 'expertWeights' | 'halfWeight'>;

/**
 * What would come next: the likeliest pieces of text, by the mix and by each expert. In a half-typed word an expert's share is that
 * of its own continuations of the word, so that each expert's probabilities over all pieces sum to one.
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
    const text = appendBytes(NOTHING_DECODED, start.newBytes(candidate))?.text ?? '';
    if (text === '') {
      return [];
    }
    const experts = byBranch.get(candidate.branch)!.filter(({ name }) => totals.get(name)! > 0);
    const byExpert = Object.fromEntries(
      experts.map((expert) => [expert.name, shareOf(candidate, expert) / totals.get(expert.name)!]),
    );
    return [{ text, probability, byExpert }];
  });
  const atCursor = byBranch.get(start.likeliestBranch())!;
  return {
    candidates,
    halfWeight: model.halfWeight,
    expertWeights: Object.fromEntries(atCursor.map(({ name, weight }) => [name, weight])),
  };
}
