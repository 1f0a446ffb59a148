/**
 * The second, patient half of a suggestion: while the cursor stands still, the slow language model is waited for, and what it makes
 * of the suggestion is shown when that is better. A place is asked about once, however often VS Code asks for its ghost text.
 */
import type { CompletedResponse, CompletionQuestion } from '../protocol/generatorProtocol';
import { isRefinable, refinementOf, type Refinement } from './refinement';

/** Answered by the generator's client. */
export interface PatientCompleter {
  refine(question: CompletionQuestion, signal: AbortSignal): Promise<CompletedResponse>;
  adopt(question: CompletionQuestion, response: CompletedResponse): void;
}

export interface RefinerOptions {
  /** Shows the adopted suggestion at a place, where the cursor was when it was asked about. */
  readonly onRefined: (place: string, refinement: Refinement) => void;
  readonly onError: (error: unknown) => void;
  /** Resolves when the user has stopped typing, as far as can be told, or when aborted. */
  readonly untilStill?: (signal: AbortSignal) => Promise<void>;
}

/** Milliseconds before the slow model is asked: for one who types on it would work in vain. */
const STILLNESS = 120;

interface Asked {
  readonly place: string;
  readonly abort: AbortController;
}

export class SuggestionRefiner {
  private isWanted: (question: CompletionQuestion) => boolean = () => false;
  /** The last place that was asked about, also when all is done there. */
  private asked: Asked | null = null;

  constructor(
    private readonly completer: PatientCompleter,
    private readonly options: RefinerOptions,
  ) {}

  /** From now on only what is `isWanted` is waited for: what a slow model could change. What is known of the last place is forgotten. */
  turn(isWanted: (question: CompletionQuestion) => boolean): void {
    this.isWanted = isWanted;
    this.leave();
  }

  /** @param place names the document's text and the cursor in it; see {@link placeOf} */
  consider(place: string, question: CompletionQuestion, standing: CompletedResponse): void {
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

  /** The cursor stands here now; nothing is waited for that belongs to another place. */
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
      const refined = await this.completer.refine(question, signal);
      const refinement = refinementOf(standing, refined, performance.now() - start);
      if (refinement !== null && !signal.aborted) {
        this.completer.adopt(question, refined);
        this.options.onRefined(place, refinement);
      }
    } catch (error) {
      this.options.onError(error);
    }
  }
}

/** Names a place: no two texts of a document have the same version. */
export function placeOf(uri: string, version: number, offset: number): string {
  return `${uri} ${version} ${offset}`;
}

function forAWhile(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, STILLNESS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
