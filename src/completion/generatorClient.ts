/** The requests of the extension and the terminal tool to the generator's thread. */
import type {
  AnsweredRequest,
  CompletedResponse,
  CompletionQuestion,
  FilesLearnedResponse,
  GeneratorDocument,
  GeneratedResponse,
  GenerateRequest,
  HalfChoice,
  HalfLoadedResponse,
  InspectedResponse,
  InspectRequest,
  LearnFilesRequest,
  MaskedChoice,
  MaskedLoadedResponse,
  ModelLoadedResponse,
  ModelStatus,
} from '../protocol/generatorProtocol';
import { cancelledCompletion } from './cancelledCompletion';
import {
  GeneratorDiedError,
  GeneratorLink,
  type LinkOptions,
  type SettlingResponse,
  type WithoutId,
} from './generatorLink';
import { SuggestionRequests } from './suggestionRequests';

type LoadRequest = Extract<
  WithoutId<AnsweredRequest>,
  { kind: 'loadModel' | 'loadBase' | 'loadHalf' | 'loadMasked' }
>;

export interface GeneratorClientOptions extends LinkOptions {
  /** Whether a document may hold secrets: then no language model is asked about it. None does when absent. */
  readonly isSecret?: (document: GeneratorDocument) => boolean;
  /**
   * Called when a new thread has replaced one that died and knows no files: learn them again. The client keeps no texts, as they
   * would take as much of the extension host's memory as the workspace is large.
   */
  readonly onFilesLost?: () => void;
}

export class GeneratorClient {
  private readonly link: GeneratorLink;
  private readonly suggestions: SuggestionRequests;
  /** What a new thread is told again, by kind. */
  private readonly loaded = new Map<LoadRequest['kind'], LoadRequest>();
  /** What the current thread is being told again, and its answers; empty once it has answered all. */
  private replayed: ReadonlyMap<LoadRequest['kind'], Promise<unknown>> = new Map();

  constructor(private readonly options: GeneratorClientOptions) {
    this.link = new GeneratorLink(options, (heldBy) => {
      if (heldBy === 'answer') {
        this.doWithoutHalf();
      } else if (heldBy !== null && this.replayed.has(heldBy)) {
        // It would block each new thread.
        this.loaded.delete(heldBy);
      }
      void this.replay();
    });
    this.suggestions = new SuggestionRequests(this.link);
  }

  /**
   * The ghost text at a cursor, see {@link SuggestionRequests.complete}. An aborted call resolves as cancelled; its suggestion is
   * finished for the cache unless a request comes that it cannot serve.
   */
  complete(question: CompletionQuestion, signal?: AbortSignal): Promise<CompletedResponse> {
    return this.suggestions.complete(question, signal);
  }

  /**
   * The ghost text at a cursor, waiting for the language model however long it takes; resolves as cancelled when it is aborted, or
   * when all earlier suggestions were forgotten meanwhile. {@link complete} does not serve it until it is adopted.
   */
  async refine(question: CompletionQuestion, signal: AbortSignal): Promise<CompletedResponse> {
    const { timesForgotten } = this.suggestions;
    const request = { kind: 'complete', ...this.marked(question), isPatient: true } as const;
    const response = (await this.ask(request, signal)) as CompletedResponse;
    return timesForgotten === this.suggestions.timesForgotten ? response : cancelledCompletion(response.id);
  }

  /** Serves a refined suggestion from now on, also while the user types along with it. */
  adopt(question: CompletionQuestion, response: CompletedResponse): void {
    this.suggestions.adopt(question, response);
  }

  /** Continues a text. `onPart` gets each piece as it comes; the pieces joined are the response's text. Aborting ends it early. */
  async generate(
    request: Omit<GenerateRequest, 'kind' | 'id'>,
    onPart: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<GeneratedResponse> {
    return (await this.ask(
      { kind: 'generate', ...this.marked(request) },
      signal,
      onPart,
    )) as GeneratedResponse;
  }

  /** What would come next, and from which expert. Rejects when aborted. */
  async inspect(
    request: Omit<InspectRequest, 'kind' | 'id'>,
    signal?: AbortSignal,
  ): Promise<InspectedResponse> {
    return (await this.ask({ kind: 'inspect', ...this.marked(request) }, signal)) as InspectedResponse;
  }

  /**
   * Answers with the personal model at an absolute path from now on, or with none. Rejects with a sentence, and changes nothing,
   * when it cannot be used.
   */
  async loadModel(path: string | null): Promise<ModelLoadedResponse> {
    return (await this.load({ kind: 'loadModel', personalModelPath: path })) as ModelLoadedResponse;
  }

  /** The same for the base model, which replaces the one that the client was made with. */
  async loadBase(path: string | null): Promise<ModelLoadedResponse> {
    return (await this.load({ kind: 'loadBase', baseModelPath: path })) as ModelLoadedResponse;
  }

  /**
   * Mixes a pretrained language model in from now on, or none. Suggestions go on meanwhile. Rejects with a sentence, and changes
   * nothing, when it cannot be opened, or when another is chosen before it is open.
   */
  async loadHalf(half: HalfChoice | null): Promise<HalfLoadedResponse> {
    return (await this.load({ kind: 'loadHalf', half })) as HalfLoadedResponse;
  }

  /**
   * Ranks patient suggestions by a masked model from now on, or by none. Suggestions go on meanwhile. Rejects as
   * {@link loadHalf} does.
   */
  async loadMasked(masked: MaskedChoice | null): Promise<MaskedLoadedResponse> {
    return (await this.load({ kind: 'loadMasked', masked })) as MaskedLoadedResponse;
  }

  /** Learns or relearns files for the live model, or forgets those of empty text; completions stay quick meanwhile. */
  async learnFiles(files: LearnFilesRequest['files']): Promise<FilesLearnedResponse> {
    const learned = (await this.link.request({ kind: 'learnFiles', files }).response) as FilesLearnedResponse;
    if (files.some(({ text }) => text === '')) {
      // Suggestions made from a forgotten file must not be served again.
      this.forgetSuggestions();
    }
    return learned;
  }

  /** Makes every suggestion anew from now on, also at places that were asked about before. */
  forgetSuggestions(): void {
    this.suggestions.forget();
  }

  /**
   * Resolves once all typed text has been learned. A person's typing leaves time for that; a program must wait for it, so that
   * answers do not depend on how fast its questions come.
   */
  async learnTyped(): Promise<void> {
    await this.link.request({ kind: 'learnTyped' }).response;
  }

  /** Ends the thread; whatever waits is rejected. */
  async dispose(): Promise<void> {
    await this.link.dispose();
  }

  private async load(request: LoadRequest): Promise<SettlingResponse> {
    const response = await this.askOnceReopened(request).catch((error: unknown) => {
      // The thread may have died of something else, so its replacement is asked too, but only once: a model that kills every
      // thread would use up all restarts. What blocked the first thread for good would block the second one too.
      if (error instanceof GeneratorDiedError && error.heldBy !== request.kind) {
        return this.askOnceReopened(request);
      }
      throw error;
    });
    this.loaded.set(request.kind, request);
    this.forgetSuggestions();
    return response;
  }

  /**
   * Asks the thread to load a model once it has settled whether it can open the one in use again: the newer of two openings ends the
   * other, and what was in use has to stay if the newer fails, which is also not to be blamed where the other blocks the thread.
   */
  private askOnceReopened(request: LoadRequest): Promise<SettlingResponse> {
    const reopening = this.replayed.get(request.kind);
    const ask = (): Promise<SettlingResponse> =>
      // Another thread may have died meanwhile, of what it was told again.
      this.replayed.get(request.kind) === reopening
        ? this.link.request(request).response
        : this.askOnceReopened(request);
    return reopening === undefined ? ask() : reopening.then(ask, ask);
  }

  /** Aborting cancels the request, which then settles with what it has. */
  private async ask(
    request: WithoutId<AnsweredRequest>,
    signal?: AbortSignal,
    onPart?: (text: string) => void,
  ): Promise<SettlingResponse> {
    const { id, response } = this.link.request(request, onPart);
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

  /** Loads into a new thread, before any other request, what the old one had loaded. */
  private async replay(): Promise<void> {
    const requests = [...this.loaded.values()];
    const told = requests.map((request) => this.link.request(request).response);
    const replayed = new Map(requests.map(({ kind }, i) => [kind, told[i]]));
    this.replayed = replayed;
    this.options.onFilesLost?.();
    const results = await Promise.allSettled(told);
    if (this.replayed === replayed) {
      this.replayed = new Map();
    }
    for (const [i, result] of results.entries()) {
      const { kind } = requests[i];
      if (result.status === 'rejected') {
        const { message } = result.reason as Error;
        this.options.onLog?.(`The generator could not be brought back to where it was. ${message}`);
        this.reportReopened(kind, 'away', message);
      } else if (result.value.kind === 'halfLoaded' && result.value.away !== null) {
        this.reportReopened(kind, 'away', result.value.away);
      } else if ('description' in result.value && result.value.description !== '') {
        // The window may still show that the thread before went without it.
        this.reportReopened(kind, 'answering', `${result.value.description} answers again.`);
      }
    }
  }

  /** After an answer that blocked the thread: of what runs in it, only a Keras model may take so long for a single step. */
  private doWithoutHalf(): void {
    const loaded = this.loaded.get('loadHalf');
    if (loaded?.kind === 'loadHalf' && loaded.half?.kind === 'keras') {
      this.loaded.delete('loadHalf');
      this.reportReopened(
        'loadHalf',
        'away',
        'The language model held up all suggestions for a minute, so it is left out. Choose a smaller one, or choose it again to retry.',
      );
    }
  }

  /** Says of the document whether it may hold secrets. */
  private marked<Request extends { readonly document: GeneratorDocument }>(request: Request): Request {
    const { document } = request;
    const isSecret = this.options.isSecret?.(document) ?? false;
    return isSecret ? { ...request, document: { ...document, isSecret: true } } : request;
  }

  private reportReopened(kind: LoadRequest['kind'], state: ModelStatus['state'], message: string): void {
    if (kind === 'loadHalf' || kind === 'loadMasked') {
      const model = kind === 'loadHalf' ? 'half' : 'masked';
      this.options.onStatus?.({ kind: 'modelStatus', model, state, message });
    }
  }
}
