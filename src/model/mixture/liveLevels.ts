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

/** The counts of each context length; the longest match beyond them; the levels that count in the document alone. */
export type LivePart = 'counts' | 'copy' | 'document';

export interface LiveLevelsOptions {
  readonly vocabSize: number;
  /** Taken from each count, 0 to 1. */
  readonly discount: number;
  readonly without: readonly LivePart[];
}

/** What followed earlier occurrences of the end of a text, by the length of the context. */
export class LiveLevels {
  private readonly without: ReadonlySet<LivePart>;
  /** By level. */
  private readonly counts: readonly ContextCounts[];

  constructor(
    private readonly workspace: WorkspaceIndex,
    { vocabSize, discount, without }: LiveLevelsOptions,
  ) {
    this.without = new Set(without);
    this.counts = Array.from({ length: LEVELS }, () => new ContextCounts(vocabSize, discount));
  }

  /**
   * The levels of the contexts that do occur, longest first; their counts are good until the next call.
   * @param agreementOn the most that a network gives to a token
   */
  read(history: Uint16Array, agreementOn: (tokenId: number) => number): GateLevel[] {
    const levels: GateLevel[] = [];
    const { workspace } = this;
    // A longer context has what the shorter ones have, so it comes before them; false when nothing follows it.
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
    // What occurs may be text that was set aside; then a shorter context is the longest.
    while (longest > COUNTED_LENGTHS && !addFromAll(MATCH_LEVEL, longest)) {
      longest--;
    }
    return levels;
  }
}
