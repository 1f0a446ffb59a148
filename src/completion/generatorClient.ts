/** What the extension and the terminal tool ask of the generator's thread. */
import type {
  CompletedResponse,
  FilesLearnedResponse,
  GeneratedResponse,
  GenerateRequest,
  HalfChoice,
  HalfLoadedResponse,
  HalfStatus,
  InspectedResponse,
  InspectRequest,
  LearnFilesRequest,
  MaskedChoice,
  MaskedLoadedResponse,
  ModelLoadedResponse,
} from '../protocol/generatorProtocol';
import { cancelledCompletion } from './cancelledCompletion';
import { GeneratorLink } from './generatorLink';
import type { GeneratorFiles } from './generatorModel';
import { SuggestionCache, type CompletionQuestion } from './suggestionCache';

export interface GeneratorClientOptions extends GeneratorFiles {
  /** Absolute path of the built worker, dist/generator.js. */
  readonly workerPath: string;
  /** Told in a sentence of what the user did not ask for: a restart, a base model that cannot be used. No user's text. */
  readonly onLog?: (line: string) => void;
  /** Told when the language-model half goes away or answers again. */
  readonly onHalfStatus?: (status: HalfStatus) => void;
  /**
   * A new thread took the place of one that died, and knows no files: learn them again. The client keeps no texts, which would
   * cost the extension host as much memory as the workspace is large.
   */
  readonly onFilesLost?: () => void;
}

/** A suggestion that is being made. */
interface Flight {
  readonly id: number;
  readonly question: CompletionQuestion;
  readonly response: Promise<CompletedResponse>;
  /** Callers that still wait for it. */
  waiting: number;
}

export class GeneratorClient {
  private readonly link: GeneratorLink;
  private readonly cache = new SuggestionCache();
  private readonly flights = new Set<Flight>();
  private readonly onLog: (line: string) => void;
  private readonly onFilesLost: () => void;
  /** What a new thread is told again. */
  private personalModelPath: string | null = null;
  /** Undefined while it is the one that the client was made with. */
  private baseModelPath: string | null | undefined = undefined;
  private half: HalfChoice | null = null;
  private masked: MaskedChoice | null = null;

  constructor(options: GeneratorClientOptions) {
    const nothing = (): void => undefined;
    const { workerPath, onLog = nothing, onHalfStatus = nothing, onFilesLost = nothing, ...files } = options;
    this.onLog = onLog;
    this.onFilesLost = onFilesLost;
    this.link = new GeneratorLink({
      workerPath,
      files,
      onLog,
      onHalfStatus,
      onRestart: () => {
        void this.replay();
      },
    });
  }

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

  /**
   * The ghost text at a cursor with the language model waited for, however long it takes; an aborted call resolves as cancelled.
   * Nothing of it is served by {@link complete} until it was adopted.
   */
  async refine(question: CompletionQuestion, signal: AbortSignal): Promise<CompletedResponse> {
    const { id, response } = this.link.request({ kind: 'complete', ...question, isPatient: true });
    return (await this.cancelOnAbort(id, response, signal)) as CompletedResponse;
  }

  /** Serves a refined suggestion from now on, also as it is typed along with. */
  adopt(question: CompletionQuestion, response: CompletedResponse): void {
    this.cache.remember(question, response);
  }

  /** Continues a text. `onPart` gets each piece as it comes; the pieces joined are the response's text. Aborting ends it early. */
  async generate(
    request: Omit<GenerateRequest, 'kind' | 'id'>,
    onPart: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<GeneratedResponse> {
    const { id, response } = this.link.request({ kind: 'generate', ...request }, onPart);
    return (await this.cancelOnAbort(id, response, signal)) as GeneratedResponse;
  }

  /** What would come next, and from which expert. Rejects when aborted. */
  async inspect(
    request: Omit<InspectRequest, 'kind' | 'id'>,
    signal?: AbortSignal,
  ): Promise<InspectedResponse> {
    const { id, response } = this.link.request({ kind: 'inspect', ...request });
    return (await this.cancelOnAbort(id, response, signal)) as InspectedResponse;
  }

  /** Answers with the personal model at an absolute path from now on, or with none. Rejects with a sentence, and changes nothing, when it cannot be used. */
  async loadModel(path: string | null): Promise<ModelLoadedResponse> {
    const response = await this.link.request({ kind: 'loadModel', personalModelPath: path }).response;
    this.personalModelPath = path;
    this.cache.clear();
    return response as ModelLoadedResponse;
  }

  /** The same of the base model, in the place of the one that the client was made with. */
  async loadBase(path: string | null): Promise<ModelLoadedResponse> {
    const response = await this.link.request({ kind: 'loadBase', baseModelPath: path }).response;
    this.baseModelPath = path;
    this.cache.clear();
    return response as ModelLoadedResponse;
  }

  /**
   * Mixes a pretrained language model in from now on, or none. Suggestions go on meanwhile. Rejects with a sentence, and changes
   * nothing, when it cannot be opened, or when another was chosen before it was.
   */
  async loadHalf(half: HalfChoice | null): Promise<HalfLoadedResponse> {
    const response = await this.link.request({ kind: 'loadHalf', half }).response;
    this.half = half;
    this.cache.clear();
    return response as HalfLoadedResponse;
  }

  /**
   * Ranks patient suggestions by a masked model from now on, or by none. Suggestions go on meanwhile. Rejects as
   * {@link loadHalf} does.
   */
  async loadMasked(masked: MaskedChoice | null): Promise<MaskedLoadedResponse> {
    const response = await this.link.request({ kind: 'loadMasked', masked }).response;
    this.masked = masked;
    this.cache.clear();
    return response as MaskedLoadedResponse;
  }

  /** Learns files for the live model, or again, or forgets those of empty text; completions stay quick meanwhile. */
  async learnFiles(files: LearnFilesRequest['files']): Promise<FilesLearnedResponse> {
    return (await this.link.request({ kind: 'learnFiles', files }).response) as FilesLearnedResponse;
  }

  /** Ends the thread; whatever waits is rejected. */
  async dispose(): Promise<void> {
    await this.link.dispose();
  }

  private fromCache(question: CompletionQuestion, start: number): CompletedResponse | null {
    const cached = this.cache.answer(question);
    return cached && { kind: 'completed', id: 0, ...cached, milliseconds: performance.now() - start };
  }

  /** The latest suggestion in the making for a beginning of what is typed now, all else being equal. */
  private findAgreeing({ document, ...options }: CompletionQuestion): Flight | null {
    return (
      [...this.flights].findLast(({ question }) => {
        const { document: earlier, ...earlierOptions } = question;
        return (
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
      }
    }
  }

  private launch(question: CompletionQuestion): Flight {
    const { id, response } = this.link.request({ kind: 'complete', ...question });
    const flight: Flight = { id, question, response: response as Promise<CompletedResponse>, waiting: 0 };
    this.flights.add(flight);
    flight.response.then(
      (completed) => {
        this.flights.delete(flight);
        this.cache.remember(question, completed);
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

  private async cancelOnAbort<T>(id: number, response: Promise<T>, signal?: AbortSignal): Promise<T> {
    const onAbort = () => {
      this.link.cancel(id);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted) {
      onAbort();
    }
    try {
      return await response;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Tells a new thread, before it hears anything else, what the old one knew. */
  private async replay(): Promise<void> {
    const { personalModelPath, half, masked } = this;
    const told: ReturnType<GeneratorLink['request']>[] = [];
    if (this.baseModelPath !== undefined) {
      told.push(this.link.request({ kind: 'loadBase', baseModelPath: this.baseModelPath }));
    }
    if (personalModelPath !== null) {
      told.push(this.link.request({ kind: 'loadModel', personalModelPath }));
    }
    if (half !== null) {
      told.push(this.link.request({ kind: 'loadHalf', half }));
    }
    if (masked !== null) {
      told.push(this.link.request({ kind: 'loadMasked', masked }));
    }
    this.onFilesLost();
    for (const result of await Promise.allSettled(told.map(({ response }) => response))) {
      if (result.status === 'rejected') {
        this.onLog(`The generator could not be brought back to where it was. ${String(result.reason)}`);
      }
    }
  }
}
