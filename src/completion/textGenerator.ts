/**
 * Schedules the generator's requests, independently of the thread: the newest goes first, one step of the model at a time, so that
 * a newer request or a cancellation is received between any two tokens.
 */
import { asError } from '../protocol/asError';
import type { AnsweredRequest, GeneratorRequest, GeneratorResponse } from '../protocol/generatorProtocol';
import { cancelledCompletion } from './cancelledCompletion';
import type { LoadedModel } from './generatorModel';
import { RequestWork, type RequestSteps } from './requestWork';

interface Job {
  readonly request: AnsweredRequest;
  /** Null until its first step. */
  steps: RequestSteps | null;
  /** Streamed so far. */
  text: string;
  /** Whether it waits for something outside the thread. */
  isWaiting: boolean;
}

/** Of requests at a cursor, the higher goes first, and within a kind the newest. The others follow, see `nextJob`. */
const URGENCY = { complete: 3, inspect: 2, generate: 1 } as const;

export class TextGenerator {
  private readonly jobs: Job[] = [];
  private readonly work: RequestWork;

  /**
   * @param respond called with exactly one settling response per request
   * @param newSeed for sampling where the user has set none
   * @param wake called when work that had to wait can go on, so that {@link step} should be called again
   */
  constructor(
    model: LoadedModel,
    private readonly respond: (response: GeneratorResponse) => void,
    newSeed: () => number,
    private readonly wake: () => void,
  ) {
    this.work = new RequestWork(model, newSeed);
  }

  receive(request: GeneratorRequest): void {
    if (request.kind === 'cancel') {
      const job = this.jobs.find(({ request: { id } }) => id === request.id);
      if (job !== undefined) {
        this.settle(job, this.cancelled(job));
      }
    } else if (request.kind === 'ping') {
      this.respond({ kind: 'heard' });
    } else {
      this.jobs.push({ request, steps: null, text: '', isWaiting: false });
    }
  }

  /** Takes one step of the most urgent work; false when there is none, so that the caller may wait for a request. */
  step(): boolean {
    const job = this.nextJob();
    if (job === null) {
      return this.work.learnTyped();
    }
    try {
      job.steps ??= this.begin(job);
      const result = job.steps.next();
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
    this.settle(job, { kind: 'failed', id: job.request.id, message: asError(error).message });
  }

  private nextJob(): Job | null {
    const interactive = this.jobs.filter(({ request }) => request.kind in URGENCY);
    // Opening a half starts at once, beside all other work; it counts as a new model only when it is open.
    const unopened = this.jobs.find(({ request, steps }) => request.kind === 'loadHalf' && steps === null);
    if (unopened !== undefined) {
      return unopened;
    }
    // A new model waits for requests that began with the old one; no other begins before it is loaded.
    const load = this.jobs.find(
      ({ request: { kind }, isWaiting }) =>
        kind === 'loadModel' || kind === 'loadBase' || (kind === 'loadHalf' && !isWaiting),
    );
    const begun = load === undefined ? interactive : interactive.filter(({ steps }) => steps !== null);
    const refinement = begun.find(({ request, isWaiting }) => request.kind === 'complete' && isWaiting);
    if (load !== undefined && refinement !== undefined) {
      // It may wait minutes for a slow model, which would block all suggestions, and its answer would come from the old model.
      this.settle(refinement, this.cancelled(refinement));
      return this.nextJob();
    }
    const urgency = ({ request }: Job) => URGENCY[request.kind as keyof typeof URGENCY];
    const eligible = begun
      .filter(({ isWaiting }) => !isWaiting)
      .sort((a, b) => urgency(b) - urgency(a) || b.request.id - a.request.id);
    if (
      load !== undefined &&
      begun.some(({ request, isWaiting }) => request.kind === 'generate' || isWaiting)
    ) {
      // A long text takes seconds, by a slow model minutes; suggestions go on with the current model meanwhile.
      const suggestion = interactive.findLast(
        ({ request }) => request.kind === 'complete' && !request.isPatient,
      );
      return suggestion ?? eligible[0] ?? null;
    }
    return eligible[0] ?? load ?? this.jobs.find(({ isWaiting }) => !isWaiting) ?? null;
  }

  private settle(job: Job, response: GeneratorResponse): void {
    this.jobs.splice(this.jobs.indexOf(job), 1);
    job.steps?.return(response);
    this.respond(response);
  }

  private begin(job: Job): RequestSteps {
    const { request } = job;
    if (request.kind === 'loadHalf' || request.kind === 'loadMasked') {
      const earlier = this.jobs.slice(0, this.jobs.indexOf(job));
      for (const other of earlier.filter(({ request: { kind } }) => kind === request.kind)) {
        this.fail(other, new Error('Another model was chosen meanwhile.'));
      }
    }
    return this.work.begin(request, (part) => {
      job.text += part;
      this.respond({ kind: 'generatedPart', id: request.id, text: part });
    });
  }

  private cancelled({ request, text }: Job): GeneratorResponse {
    const { id } = request;
    switch (request.kind) {
      case 'complete':
        return cancelledCompletion(id);
      case 'generate':
        return { kind: 'generated', id, text, stopReason: 'cancelled' };
      default:
        return { kind: 'failed', id, message: 'The request was cancelled.' };
    }
  }
}
