/**
 * The generator's work, apart from the thread it runs in: a set of requests, of which the newest goes on first, one step of
 * the model at a time, so that a newer request or a cancellation is heard between any two tokens.
 */
import { searchText } from '../model/generation/beamText';
import { generateText, type GeneratedText } from '../model/generation/generateText';
import { patientTail, type Pause } from '../model/generation/pause';
import type { SamplingOptions } from '../model/samplingOptions';
import type {
  CompleteRequest,
  GenerateRequest,
  GeneratorDocument,
  GeneratorRequest,
  GeneratorResponse,
  InspectRequest,
  LearnFilesRequest,
  LoadHalfRequest,
  LoadMaskedRequest,
} from '../protocol/generatorProtocol';
import { completeDocument } from './completeDocument';
import { DocumentReader } from './documentReader';
import type { LoadedModel } from './generatorModel';
import { inspectDocument } from './inspectDocument';
import { learnFiles } from './learnFiles';

type JobRequest = Exclude<GeneratorRequest, { kind: 'cancel' }>;

interface Job {
  readonly request: JobRequest;
  readonly received: number;
  /** Null until its first step. */
  work: Generator<Pause, GeneratorResponse> | null;
  /** Streamed so far. */
  text: string;
  /** It goes on when something outside the thread has come. */
  isWaiting: boolean;
}

/** Which kind goes first, the newest of a kind before the others. `loadModel`, `loadBase`, `loadHalf` and `learnFiles` keep their order. */
const URGENCY = { complete: 3, inspect: 2, generate: 1 } as const;
/** Tokens of a sample for the panel. */
const SAMPLE_TOKENS = 40;

export class TextGenerator {
  private readonly jobs: Job[] = [];
  private reader: DocumentReader;

  /**
   * @param respond called with exactly one settling response a request
   * @param now milliseconds of a steady clock
   * @param newSeed for sampling where the user has set none
   * @param wake called when work that had to wait can go on, so that {@link step} is of use again
   */
  constructor(
    private readonly model: LoadedModel,
    private readonly respond: (response: GeneratorResponse) => void,
    private readonly now: () => number,
    private readonly newSeed: () => number,
    private readonly wake: () => void,
  ) {
    this.reader = this.newReader();
  }

  receive(request: GeneratorRequest): void {
    if (request.kind === 'cancel') {
      const job = this.jobs.find(({ request: { id } }) => id === request.id);
      if (job !== undefined) {
        this.settle(job, this.cancelled(job));
      }
    } else {
      this.jobs.push({ request, received: this.now(), work: null, text: '', isWaiting: false });
    }
  }

  /** Takes one step of the most urgent work; false when there is none, so that the caller may wait for a request. */
  step(): boolean {
    const job = this.nextJob();
    if (job === null) {
      return this.reader.learnTyped(1) > 0;
    }
    try {
      job.work ??= this.start(job);
      const result = job.work.next();
      if (result.done) {
        this.settle(job, result.value);
      } else if (result.value !== undefined) {
        this.waitFor(job, result.value);
      }
    } catch (error) {
      this.fail(job, error);
    }
    return true;
  }

  private waitFor(job: Job, pause: Promise<void>): void {
    job.isWaiting = true;
    pause.then(
      () => {
        job.isWaiting = false;
        this.wake();
      },
      (error: unknown) => {
        if (this.jobs.includes(job)) {
          this.fail(job, error);
          this.wake();
        }
      },
    );
  }

  private fail(job: Job, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.settle(job, { kind: 'failed', id: job.request.id, message });
  }

  private nextJob(): Job | null {
    const interactive = this.jobs.filter(({ request }) => request.kind in URGENCY);
    // A half is opened beside all other work; only then it is a new model.
    const unopened = this.jobs.find(({ request, work }) => request.kind === 'loadHalf' && work === null);
    if (unopened !== undefined) {
      return unopened;
    }
    // A new model waits for what began with the old one, and nothing else begins before it is there.
    const load = this.jobs.find(
      ({ request: { kind }, isWaiting }) =>
        kind === 'loadModel' || kind === 'loadBase' || (kind === 'loadHalf' && !isWaiting),
    );
    const begun = load === undefined ? interactive : interactive.filter(({ work }) => work !== null);
    const eligible = begun.filter(({ isWaiting }) => !isWaiting);
    if (load !== undefined && begun.length > eligible.length && eligible.length === 0) {
      return null;
    }
    const urgency = ({ request }: Job) => URGENCY[request.kind as keyof typeof URGENCY];
    const [first] = eligible.sort((a, b) => urgency(b) - urgency(a) || b.request.id - a.request.id);
    return first ?? load ?? this.jobs.find(({ isWaiting }) => !isWaiting) ?? null;
  }

  private settle(job: Job, response: GeneratorResponse): void {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    job.work?.return(response);
    this.respond(response);
  }

  private start(job: Job): Generator<Pause, GeneratorResponse> {
    const { request } = job;
    switch (request.kind) {
      case 'complete':
        return this.complete(request, job.received);
      case 'generate':
        return this.generate(request, job);
      case 'inspect':
        return this.inspect(request);
      case 'loadModel':
        return this.loadNetwork(request.id, () => this.model.usePersonal(request.personalModelPath));
      case 'loadBase':
        return this.loadNetwork(request.id, () => this.model.useBase(request.baseModelPath));
      case 'loadHalf':
        return this.loadHalf(request, job);
      case 'loadMasked':
        return this.loadMasked(request, job);
      case 'learnFiles':
        return this.learn(request);
    }
  }

  private *complete(request: CompleteRequest, received: number): Generator<Pause, GeneratorResponse> {
    const { mixture, tokenizer } = this.model;
    const completion = yield* completeDocument(mixture, tokenizer, this.reader, request, this.model.masked);
    const isUntaught = !this.model.hasNetwork && mixture.workspace.tokenCount === 0;
    return {
      kind: 'completed',
      id: request.id,
      ...completion,
      ...(completion.noSuggestionReason === 'lowConfidence' &&
        isUntaught && { noSuggestionReason: 'notReady' }),
      source: 'generated',
      milliseconds: this.now() - received,
    };
  }

  private *generate(
    { id, document, sampling }: GenerateRequest,
    job: Job,
  ): Generator<Pause, GeneratorResponse> {
    const { text, stopReason } = yield* this.sampleText(document, sampling, (part) => {
      job.text += part;
      this.reader.noteGenerated(document.uri, document.prefix + job.text);
      this.respond({ kind: 'generatedPart', id, text: part });
    });
    return { kind: 'generated', id, text, stopReason };
  }

  private *inspect(request: InspectRequest): Generator<Pause, GeneratorResponse> {
    const { mixture, tokenizer } = this.model;
    const read = this.reader.moveTo(request.document.uri, request.document.prefix);
    const tail = patientTail(mixture, read);
    yield tail.prepare(tail.states) ?? undefined;
    const inspection = inspectDocument(mixture, tokenizer, tail, request.topCount);
    const maxNewTokens = Math.min(SAMPLE_TOKENS, request.sampling.maxNewTokens);
    const sample = yield* this.sampleText(
      request.document,
      { ...request.sampling, maxNewTokens },
      () => undefined,
    );
    return { kind: 'inspected', id: request.id, ...inspection, sample: sample.text };
  }

  private *sampleText(
    document: GeneratorDocument,
    sampling: SamplingOptions,
    onPart: (part: string) => void,
  ): Generator<Pause, GeneratedText> {
    const { mixture, tokenizer } = this.model;
    const tail = patientTail(mixture, this.reader.moveTo(document.uri, document.prefix));
    // What the text before the cursor teaches is learned first, not between one text and the next of the same seed.
    while (this.reader.learnTyped(1) > 0) {
      yield;
    }
    const criteria = { stopAtLineEnd: false, stopAtSentenceEnd: false };
    const parts =
      sampling.greedy && sampling.beamWidth > 1
        ? searchText(mixture, tokenizer, tail, sampling, criteria)
        : generateText(mixture, tokenizer, tail, sampling, criteria, this.newSeed());
    for (;;) {
      const part = parts.next();
      if (part.done) {
        return part.value;
      }
      if (typeof part.value !== 'string') {
        yield part.value;
      } else {
        onPart(part.value);
        yield;
      }
    }
  }

  // eslint-disable-next-line require-yield -- it must not be torn apart.
  private *loadNetwork(id: number, use: () => string): Generator<Pause, GeneratorResponse> {
    const description = use();
    // States belong to the networks that made them.
    this.reader = this.newReader();
    return { kind: 'modelLoaded', id, description };
  }

  private *loadHalf({ id, half }: LoadHalfRequest, job: Job): Generator<Pause, GeneratorResponse> {
    const opened = yield* this.opened(job, half && this.model.openHalf(half), ({ expert }) => {
      expert.dispose();
    });
    const description = this.model.useHalf(opened);
    this.reader = this.newReader();
    return { kind: 'halfLoaded', id, description, isSlow: opened?.expert.readiness !== undefined };
  }

  private *loadMasked({ id, masked }: LoadMaskedRequest, job: Job): Generator<Pause, GeneratorResponse> {
    const opened = yield* this.opened(job, masked && this.model.openMasked(masked), (unused) => {
      unused.dispose();
    });
    this.model.useMasked(opened);
    return { kind: 'maskedLoaded', id, description: opened?.description ?? '' };
  }

  /** What is being opened, the last of its kind that was asked for; `dispose` gets what nobody waits for any more. */
  private *opened<T>(
    job: Job,
    opening: Promise<T> | null,
    dispose: (unused: T) => void,
  ): Generator<Pause, T | null> {
    const { kind } = job.request;
    for (const earlier of this.jobs.filter((other) => other !== job && other.request.kind === kind)) {
      this.fail(earlier, new Error('Another model was chosen meanwhile.'));
    }
    const held: { value: T | null } = { value: null };
    try {
      yield opening?.then((value) => {
        if (this.jobs.includes(job)) {
          held.value = value;
        } else {
          dispose(value);
        }
      });
      const { value } = held;
      held.value = null;
      return value;
    } finally {
      // Cancelled, or another was chosen, after it was opened.
      if (held.value !== null) {
        dispose(held.value);
      }
    }
  }

  private *learn({ id, files }: LearnFilesRequest): Generator<Pause, GeneratorResponse> {
    const learned = yield* learnFiles(this.model.mixture.workspace, this.model.tokenizer, files);
    return { kind: 'filesLearned', id, ...learned };
  }

  private newReader(): DocumentReader {
    return new DocumentReader(this.model.mixture, this.model.tokenizer);
  }

  private cancelled({ request, received, text }: Job): GeneratorResponse {
    const { id } = request;
    switch (request.kind) {
      case 'complete':
        return {
          kind: 'completed',
          id,
          insertText: '',
          noSuggestionReason: 'cancelled',
          stopReason: 'cancelled',
          confidence: 0,
          source: 'generated',
          milliseconds: this.now() - received,
        };
      case 'generate':
        return { kind: 'generated', id, text, stopReason: 'cancelled' };
      default:
        return { kind: 'failed', id, message: 'The request was cancelled.' };
    }
  }
}
