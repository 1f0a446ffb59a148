import { ContextCounts } from './contextCounts';
import {
  COUNTED_LENGTHS,
  countedLevel,
  DOCUMENT_LENGTHS,
  documentLevel,
  LEVELS,
  MATCH_LEVEL,
  type GateLevel,
} from './gateParameters';
import type { WorkspaceIndex } from './workspaceIndex';

/** Respectively all counted levels, the longest match beyond them, and only the levels counted in the document alone. */
export type LivePart = 'counts' | 'copy' | 'document';

/** Taken from each count. */
const DISCOUNT = 0.4;

/** What followed earlier occurrences of the end of a text, by the length of the context. */
export class LiveLevels {
  private readonly without: ReadonlySet<LivePart>;
  /** By level. */
  private readonly counts: readonly ContextCounts[];

  constructor(
    private readonly workspace: WorkspaceIndex,
    vocabSize: number,
    without: readonly LivePart[],
  ) {
    this.without = new Set(without);
    this.counts = Array.from({ length: LEVELS }, () => new ContextCounts(vocabSize, DISCOUNT));
  }

  /**
   * The levels of the contexts that occur, longest first; their counts are valid until the next call.
   * @param agreementOn the highest probability that a network gives to a token
   */
  read(history: Uint16Array, agreementOn: (tokenId: number) => number): GateLevel[] {
    const levels: GateLevel[] = [];
    const { workspace } = this;
    // Called from the shortest context to the longest, so each level goes to the front; false when nothing followed the context.
    const add = (level: number, contextLength: number, count: (counts: ContextCounts) => void): boolean => {
      const counts = this.counts[level];
      counts.clear(contextLength);
      count(counts);
      counts.finish();
      if (counts.distinct === 0) {
        return false;
      }
      levels.unshift({ counts, level, agreement: agreementOn(counts.mostLikely) });
      return true;
    };
    const addFromAll = (level: number, length: number): boolean =>
      add(level, length, (counts) => {
        workspace.addContinuations(counts, history, length);
      });
    const countedLengths = this.without.has('counts') ? 0 : Math.min(COUNTED_LENGTHS, history.length);
    for (let length = 1; length <= countedLengths; length++) {
      if (!addFromAll(countedLevel(length), length)) {
        return levels;
      }
      if (length <= DOCUMENT_LENGTHS && !this.without.has('document')) {
        add(documentLevel(length), length, (counts) => {
          workspace.document.continuations(history, length, counts.adder(1));
        });
      }
    }
    if (this.without.has('copy')) {
      return levels;
    }
    let longest = workspace.longestContext(history, COUNTED_LENGTHS + 1);
    // The match may occur only in text that was set aside and has no counts; then a shorter one is tried.
    while (longest > COUNTED_LENGTHS && !addFromAll(MATCH_LEVEL, longest)) {
      longest--;
    }
    return levels;
  }
}
