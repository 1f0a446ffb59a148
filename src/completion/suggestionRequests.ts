/** Suggestions, each asked for once however often VS Code asks while the user types on. */
import type { CompletedResponse, CompletionQuestion } from '../protocol/generatorProtocol';
import { cancelledCompletion } from './cancelledCompletion';
import type { GeneratorLink } from './generatorLink';
import { SuggestionCache } from './suggestionCache';

/** A suggestion that is being made. */
interface Flight {
  readonly id: number;
  readonly question: CompletionQuestion;
  readonly response: Promise<CompletedResponse>;
  /** Callers that still wait for it. */
  waiting: number;
  /** Made of what is not known any more: for those that wait for it already, and nobody else. */
  isOutdated: boolean;
}

export class SuggestionRequests {
  private readonly cache = new SuggestionCache();
  private readonly flights = new Set<Flight>();

  constructor(private readonly link: Pick<GeneratorLink, 'request' | 'cancel'>) {}

  /**
   * The ghost text at a cursor: what is left of one typed along with, else of one made before, else of one that is being made,
   * else a new one. An aborted call resolves as cancelled; its suggestion is finished for the cache unless a request comes
   * that it cannot serve.
   */
  async complete(question: CompletionQuestion, signal?: AbortSignal): Promise<CompletedResponse> {
    const start = performance.now();
    if (signal?.aborted) {
      return cancelledCompletion(0, 0);
    }
    const cached = this.fromCache(question, start);
    if (cached !== null) {
      return cached;
    }
    const agreeing = this.findAgreeing(question);
    this.cancelAbandoned(agreeing);
    if (agreeing !== null) {
      const response = await this.wait(agreeing, start, signal);
      const isSame = agreeing.question.document.prefix === question.document.prefix;
      if (isSame || response.noSuggestionReason === 'cancelled') {
        return { ...response, source: 'inFlight', milliseconds: performance.now() - start };
      }
      const rest = this.fromCache(question, start);
      if (rest !== null) {
        return { ...rest, source: 'inFlight' };
      }
    }
    const response = await this.wait(this.launch(question), start, signal);
    return { ...response, milliseconds: performance.now() - start };
  }

  /** Serves a suggestion that was made otherwise from now on, also as it is typed along with. */
  adopt(question: CompletionQuestion, response: CompletedResponse): void {
    this.cache.remember(question, response);
  }

  /** Serves nothing any more that was made before, or is being made, but to those who wait for it. */
  forget(): void {
    this.cache.clear();
    for (const flight of this.flights) {
      flight.isOutdated = true;
    }
  }

  private fromCache(question: CompletionQuestion, start: number): CompletedResponse | null {
    const cached = this.cache.answer(question);
    return cached && { kind: 'completed', id: 0, ...cached, milliseconds: performance.now() - start };
  }

  /** The latest suggestion in the making for a beginning of what is typed now, all else being equal. */
  private findAgreeing({ document, ...options }: CompletionQuestion): Flight | null {
    return (
      [...this.flights].findLast(({ question, isOutdated }) => {
        const { document: earlier, ...earlierOptions } = question;
        return (
          !isOutdated &&
          earlier.uri === document.uri &&
          earlier.suffix === document.suffix &&
          document.prefix.startsWith(earlier.prefix) &&
          JSON.stringify(earlierOptions) === JSON.stringify(options)
        );
      }) ?? null
    );
  }

  private cancelAbandoned(needed: Flight | null): void {
    for (const flight of this.flights) {
      if (flight.waiting === 0 && flight !== needed) {
        this.link.cancel(flight.id);
        // Nothing may wait for it any more, also before its cancelled answer is there.
        this.flights.delete(flight);
      }
    }
  }

  private launch(question: CompletionQuestion): Flight {
    const { id, response } = this.link.request({ kind: 'complete', ...question });
    const flight: Flight = {
      id,
      question,
      response: response as Promise<CompletedResponse>,
      waiting: 0,
      isOutdated: false,
    };
    this.flights.add(flight);
    flight.response.then(
      (completed) => {
        this.flights.delete(flight);
        if (!flight.isOutdated) {
          this.cache.remember(question, completed);
        }
      },
      // Whoever waits is told of the failure by the same promise.
      () => this.flights.delete(flight),
    );
    return flight;
  }

  private async wait(flight: Flight, start: number, signal?: AbortSignal): Promise<CompletedResponse> {
    flight.waiting++;
    let onAbort: () => void = () => undefined;
    const aborted = new Promise<CompletedResponse>((resolve) => {
      onAbort = () => {
        resolve(cancelledCompletion(0, performance.now() - start));
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
