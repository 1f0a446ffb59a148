/**
 * The second, patient stage of a suggestion: while the cursor stays, the slow language model is awaited, and its suggestion is
 * shown if {@link refinementOf} prefers it. Each place is asked about once, however often VS Code asks for its ghost text.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CompletedResponse, CompletionQuestion } from '../protocol/generatorProtocol';
import type { GeneratorClient } from './generatorClient';
import { isRefinable, refinementOf, type Refinement } from './refinement';

interface RefinerOptions {
  /** Shows the adopted suggestion at the place that it was asked for. */
  readonly onRefined: (place: string, refinement: Refinement) => void;
  readonly onError: (error: unknown) => void;
  /** Resolves when the user has stopped typing, as far as can be told, or when aborted. */
  readonly untilStill?: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds before the slow model is asked; if the user types on, its work would be wasted. */
const STILLNESS = 120;

interface Asked {
  readonly place: string;
  readonly abort: AbortController;
}

export class SuggestionRefiner {
  private isWanted: (question: CompletionQuestion) => boolean = () => false;
  /** The last place that was asked about, also after its answer. */
  private asked: Asked | null = null;

  constructor(
    private readonly generator: Pick<GeneratorClient, 'refine' | 'adopt'>,
    private readonly options: RefinerOptions,
  ) {}

  /** From now on refines only questions that are `isWanted`, those that a slow model could change. Forgets the last place. */
  turn(isWanted: (question: CompletionQuestion) => boolean): void {
    this.isWanted = isWanted;
    this.leave();
  }

  /** @param place names the document's text and the cursor in it; see {@link placeOf} */
  consider(place: string, question: CompletionQuestion, standing: CompletedResponse): void {
    const { alternatives = [] } = standing;
    if (alternatives.length > 0) {
      // Of several the user chooses; a further one would move them.
      this.leave();
      return;
    }
    if (this.asked?.place === place) {
      return;
    }
    this.leave();
    if (isRefinable(standing) && this.isWanted(question)) {
      const asked = { place, abort: new AbortController() };
      this.asked = asked;
      void this.refine(asked, question, standing);
    }
  }

  /** The cursor is here now; a refinement for another place is aborted. */
  moveTo(place: string | null): void {
    if (this.asked?.place !== place) {
      this.leave();
    }
  }

  private leave(): void {
    this.asked?.abort.abort();
    this.asked = null;
  }

  /** Never rejects. */
  private async refine(
    { place, abort: { signal } }: Asked,
    question: CompletionQuestion,
    standing: CompletedResponse,
  ): Promise<void> {
    const start = performance.now();
    try {
      await (this.options.untilStill ?? forAWhile)(signal);
      if (signal.aborted) {
        return;
      }
      const refined = await this.generator.refine(question, signal);
      const refinement = refinementOf(standing, refined, performance.now() - start);
      if (refinement !== null && !signal.aborted) {
        this.generator.adopt(question, refined);
        this.options.onRefined(place, refinement);
      }
    } catch (error) {
      this.options.onError(error);
    }
  }
}

/** Identifies a place; no two texts of a document have the same version. A URI has no space. */
export function placeOf(uri: string, version: number, offset: number): string {
  return `${uri} ${version} ${offset}`;
}

const forAWhile = (signal: AbortSignal): Promise<void> =>
  sleep(STILLNESS, undefined, { signal }).catch(() => undefined);
