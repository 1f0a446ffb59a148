/** Suggestions, each asked for once however often VS Code asks while the user types on. */
import { agrees } from '../model/generation/agrees';
import {
  MOST_ALTERNATIVES,
  type CompletedResponse,
  type CompletionQuestion,
} from '../protocol/generatorProtocol';
import { cancelledCompletion } from './cancelledCompletion';
import type { GeneratorLink } from './generatorLink';
import { keyOf, SuggestionCache } from './suggestionCache';

/** A suggestion that is being made. */
interface Flight {
  readonly id: number;
  /** Null where it is invoked, and so serves that request alone. */
  readonly key: string | null;
  readonly prefix: string;
  readonly response: Promise<CompletedResponse>;
  /** Callers that still wait for it. */
  waiting: number;
  /** Based on a model or a file that is gone: only callers that already wait get it. */
  isOutdated: boolean;
}

export class SuggestionRequests {
  private readonly cache = new SuggestionCache();
  private readonly flights = new Set<Flight>();
  /** How often all earlier suggestions were forgotten. */
  timesForgotten = 0;

  constructor(private readonly link: Pick<GeneratorLink, 'request' | 'cancel'>) {}

  /**
   * The ghost text at a cursor: the rest of a cached suggestion, else of one that is being made, else a new one. An aborted call
   * resolves as cancelled; its suggestion is finished for the cache unless a request comes that it cannot serve.
   */
  async complete(question: CompletionQuestion, signal?: AbortSignal): Promise<CompletedResponse> {
    if (signal?.aborted) {
      return cancelledCompletion(0);
    }
    const cached = this.fromCache(question);
    if (question.isInvoked === true) {
      return this.completeInvoked(question, cached, signal);
    }
    if (cached !== null) {
      return cached;
    }
    const agreeing = this.findAgreeing(question);
    this.cancelAbandoned(agreeing);
    if (agreeing !== null) {
      const response = await this.wait(agreeing, signal);
      const isSame = agreeing.prefix === question.document.prefix;
      if (isSame || response.noSuggestionReason === 'cancelled') {
        return response;
      }
      const rest = this.fromCache(question);
      if (rest !== null) {
        // Nothing of it was on the screen yet.
        return { ...rest, isTypedAlong: false };
      }
    }
    return this.wait(this.launch(question), signal);
  }

  /** What is shown already stays the first, as VS Code keeps it; all of them are served while the user types along. */
  private async completeInvoked(
    question: CompletionQuestion,
    shown: CompletedResponse | null,
    signal?: AbortSignal,
  ): Promise<CompletedResponse> {
    const { timesForgotten } = this;
    this.cancelAbandoned(null);
    const made = await this.wait(this.launch(question, shown === null), signal);
    const first = shown ?? made;
    const alternatives = [made, ...(made.alternatives ?? [])]
      .filter(({ insertText }) => !agrees(insertText, first.insertText))
      .slice(0, MOST_ALTERNATIVES);
    if (timesForgotten === this.timesForgotten) {
      for (const { insertText, confidence } of alternatives.toReversed()) {
        this.cache.remember(question, { insertText, confidence, isAsked: true });
      }
      this.cache.remember(question, first);
    }
    return { ...first, alternatives };
  }

  /** Serves a suggestion that was made elsewhere from now on, also while the user types along with it. */
  adopt(question: CompletionQuestion, response: CompletedResponse): void {
    this.cache.remember(question, response);
  }

  /** Serves no earlier suggestion any more, and one that is being made only to callers that already wait. */
  forget(): void {
    this.timesForgotten++;
    this.cache.clear();
    for (const flight of this.flights) {
      flight.isOutdated = true;
    }
  }

  private fromCache(question: CompletionQuestion): CompletedResponse | null {
    const cached = this.cache.answer(question);
    return cached && { kind: 'completed', id: 0, ...cached };
  }

  /** The latest suggestion being made for a beginning of the current text, all else being equal. */
  private findAgreeing(question: CompletionQuestion): Flight | null {
    const key = keyOf(question);
    const { prefix } = question.document;
    return (
      [...this.flights].findLast(
        (flight) => !flight.isOutdated && flight.key === key && prefix.startsWith(flight.prefix),
      ) ?? null
    );
  }

  private cancelAbandoned(needed: Flight | null): void {
    for (const flight of this.flights) {
      if (flight.waiting === 0 && flight !== needed) {
        this.link.cancel(flight.id);
        // No caller may wait for it any more, even before its cancelled answer arrives.
        this.flights.delete(flight);
      }
    }
  }

  /** @param isKept whether it is to be served next; not where it could take the place of what is shown */
  private launch(question: CompletionQuestion, isKept = true): Flight {
    const { id, response } = this.link.request({ kind: 'complete', ...question });
    const flight: Flight = {
      id,
      key: question.isInvoked === true ? null : keyOf(question),
      prefix: question.document.prefix,
      response: response as Promise<CompletedResponse>,
      waiting: 0,
      isOutdated: false,
    };
    this.flights.add(flight);
    flight.response.then(
      (completed) => {
        this.flights.delete(flight);
        if (isKept && !flight.isOutdated) {
          this.cache.remember(question, completed);
        }
      },
      // Callers that wait get the failure from the same promise.
      () => this.flights.delete(flight),
    );
    return flight;
  }

  private async wait(flight: Flight, signal?: AbortSignal): Promise<CompletedResponse> {
    flight.waiting++;
    let onAbort: () => void = () => undefined;
    const aborted = new Promise<CompletedResponse>((resolve) => {
      onAbort = () => {
        resolve(cancelledCompletion(0));
      };
    });
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([aborted, flight.response]);
    } finally {
      flight.waiting--;
      signal?.removeEventListener('abort', onAbort);
    }
  }
}
