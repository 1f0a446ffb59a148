/** The worker thread and the promises that wait for it: every request settles exactly once, also when the thread dies. */
import { Worker } from 'node:worker_threads';
import { asError } from '../protocol/asError';
import type {
  AnsweredRequest,
  GeneratorRequest,
  GeneratorResponse,
  StatusReport,
} from '../protocol/generatorProtocol';
import type { GeneratorFiles } from './generatorModel';

export type SettlingResponse = Exclude<
  GeneratorResponse,
  { kind: 'generatedPart' | 'log' | 'modelStatus' | 'heard' | 'failed' }
>;
export type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Requests that open a file which may block the thread for good. */
type OpeningKind = 'loadHalf' | 'loadMasked';
/** What blocked a thread that was ended: the opening of a file, or an answer, as by a language model whose single step takes minutes. */
type Blocking = OpeningKind | 'answer';

/** The message is a sentence for the user. */
class GeneratorError extends Error {}

/** The thread died, of any cause, before it answered; another runs by now. */
export class GeneratorDiedError extends GeneratorError {
  /** @param heldBy what blocked the thread, when it was ended for that */
  constructor(
    message: string,
    readonly heldBy: Blocking | null = null,
  ) {
    super(message);
  }
}

export interface LinkOptions extends GeneratorFiles {
  /** Absolute path of the built worker, dist/generator.js. */
  readonly workerPath: string;
  /** Called with a sentence on unrequested events: a restart, a base model that cannot be used. Never has the user's text. */
  readonly onLog?: (line: string) => void;
  /** Called when the language-model half or the masked model stops or resumes answering. */
  readonly onStatus?: (report: StatusReport) => void;
  /** Called when the thread has died too often, last of `detail`, or cannot be restarted: from now on every request is rejected. */
  readonly onGivenUp?: (detail: string) => void;
}

interface Pending {
  readonly kind: AnsweredRequest['kind'];
  readonly resolve: (response: SettlingResponse) => void;
  readonly reject: (error: Error) => void;
  readonly onPart: ((text: string) => void) | null;
}

/** Deaths in a row after which no new thread is started. */
const MAX_RESTARTS = 3;
/** Milliseconds of life after which a death does not count with earlier ones. */
const HEALTHY_LIFE = 60_000;
/** Milliseconds between two pings while a request waits. */
const PING_INTERVAL = 5000;
/**
 * Pings in a row that the thread may leave unanswered. They are counted, not timed, since a machine may sleep. Slow disks and
 * models in other processes leave the thread free to answer.
 */
const MOST_UNHEARD = 12;

export class GeneratorLink {
  private worker: Worker | null;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private restarts = 0;
  private startedAt = 0;
  private pings: NodeJS.Timeout | null = null;
  private unheard = 0;
  /** Whether the thread has ever said anything. */
  private hasStarted = false;
  /** Why no thread runs any more; null while one does. */
  private closed: string | null = null;

  /** @param onRestart called when a new thread has replaced one that died and can be asked; `heldBy` as in {@link GeneratorDiedError} */
  constructor(
    private readonly options: LinkOptions,
    private readonly onRestart: (heldBy: Blocking | null) => void,
  ) {
    this.worker = this.start();
  }

  /** Resolves with the settling response; rejects with a {@link GeneratorError} when the request failed or the thread died. */
  request(
    request: WithoutId<AnsweredRequest>,
    onPart: ((text: string) => void) | null = null,
  ): { readonly id: number; readonly response: Promise<SettlingResponse> } {
    const id = this.nextId++;
    const response = new Promise<SettlingResponse>((resolve, reject) => {
      if (this.worker === null) {
        reject(new GeneratorError(this.closed!));
        return;
      }
      const isNetwork = request.kind === 'loadModel' || request.kind === 'loadBase';
      if (isNetwork && this.pending.size > 0 && this.unheard === 0 && this.isWatched) {
        // Once it is to load, silence alone would not tell a thread that something holds already from one that waits for a slow disk.
        this.sendPing();
      }
      this.pending.set(id, { kind: request.kind, resolve, reject, onPart });
      this.worker.postMessage({ ...request, id });
      this.pings ??= setInterval(() => {
        this.ping();
      }, PING_INTERVAL);
    });
    return { id, response };
  }

  /** Asks the thread to settle a request now, with what it has; it does nothing where it has settled it, or is another. */
  cancel(id: number): void {
    this.worker?.postMessage({ kind: 'cancel', id } satisfies GeneratorRequest);
  }

  async dispose(): Promise<void> {
    const { worker } = this;
    this.close('Understudy was closed while it was working.');
    await worker?.terminate();
  }

  private start(): Worker {
    const { workerPath, kernelPath, tokenizerPath, baseModelPath, llamaPath, onnxPath } = this.options;
    const files = { kernelPath, tokenizerPath, baseModelPath, llamaPath, onnxPath };
    const worker = new Worker(workerPath, {
      workerData: files satisfies Record<keyof GeneratorFiles, unknown>,
    });
    this.startedAt = performance.now();
    this.unheard = 0;
    this.hasStarted = false;
    let fault: unknown = null;
    worker.on('message', (response: GeneratorResponse) => {
      // A thread that was given up may still send messages.
      if (worker === this.worker) {
        this.receive(response);
      }
    });
    worker.on('messageerror', (error) => {
      fault = error;
      void worker.terminate();
    });
    worker.on('error', (error) => {
      fault = error;
    });
    worker.on('exit', (code) => {
      if (worker === this.worker) {
        this.replace(fault instanceof Error ? fault.message : `exit code ${code}`);
      }
    });
    return worker;
  }

  /**
   * What is being opened; the masked model if both are. If the half is to blame instead, that shows in the next thread, where it
   * is opened again alone.
   */
  private get opening(): OpeningKind | null {
    return (['loadMasked', 'loadHalf'] as const).find((kind) => this.awaits(kind)) ?? null;
  }

  /**
   * Whether the thread has to be free to answer a ping now and then. While it starts, or loads a network, it may be waiting for a slow
   * disk; but a ping that it has not heard came before that, so something else holds it.
   */
  private get isWatched(): boolean {
    const mayBeLoading = !this.hasStarted || this.awaits('loadModel') || this.awaits('loadBase');
    return this.unheard > 0 || this.opening !== null || !mayBeLoading;
  }

  private awaits(wanted: AnsweredRequest['kind']): boolean {
    return Array.from(this.pending.values()).some(({ kind }) => kind === wanted);
  }

  /** Pings the thread; ends one that a model blocks, as it can no longer hear a cancellation. */
  private ping(): void {
    if (this.pending.size === 0) {
      this.stopPings();
    } else if (!this.isWatched) {
      return;
    } else if (this.unheard < MOST_UNHEARD) {
      this.sendPing();
    } else if (this.unheard === MOST_UNHEARD) {
      this.unheard++;
      void this.worker?.terminate();
    } else {
      // Termination waits for what blocks the thread, such as a regular expression whose compilation never ends.
      this.options.onLog?.(
        'The thread of the generator cannot be ended; it may keep one core busy until the window is reloaded.',
      );
      this.worker?.unref();
      this.replace();
    }
  }

  private sendPing(): void {
    this.unheard++;
    this.worker?.postMessage({ kind: 'ping' } satisfies GeneratorRequest);
  }

  private stopPings(): void {
    clearInterval(this.pings ?? undefined);
    this.pings = null;
    this.unheard = 0;
  }

  private receive(response: GeneratorResponse): void {
    this.hasStarted = true;
    if (response.kind === 'log') {
      this.options.onLog?.(response.message);
      return;
    }
    if (response.kind === 'modelStatus') {
      this.options.onStatus?.(response);
      return;
    }
    if (response.kind === 'heard') {
      this.unheard = 0;
      return;
    }
    const pending = this.pending.get(response.id);
    if (response.kind === 'generatedPart') {
      pending?.onPart?.(response.text);
      return;
    }
    this.pending.delete(response.id);
    if (response.kind === 'failed') {
      pending?.reject(new GeneratorError(response.message));
    } else {
      pending?.resolve(response);
    }
  }

  /** After a death: fails what was waiting, and starts a new thread unless they die one after the other. */
  private replace(fault = ''): void {
    const isHeld = this.unheard >= MOST_UNHEARD;
    const heldBy = isHeld ? (this.opening ?? 'answer') : null;
    const detail = isHeld ? `it heard nothing for ${(MOST_UNHEARD * PING_INTERVAL) / 1000} s` : fault;
    this.restarts = performance.now() - this.startedAt > HEALTHY_LIFE ? 0 : this.restarts;
    if (this.restarts >= MAX_RESTARTS) {
      this.giveUp(detail);
      return;
    }
    this.restarts++;
    this.options.onLog?.(`The generator stopped (${detail}) and is started again.`);
    try {
      this.worker = this.start();
    } catch (error) {
      // The system may have no thread left.
      this.giveUp(asError(error).message);
      return;
    }
    this.failPending(
      new GeneratorDiedError(
        `The part of Understudy that writes suggestions stopped (${detail}) and was started again.`,
        heldBy,
      ),
    );
    this.onRestart(heldBy);
  }

  private giveUp(detail: string): void {
    const sentence = `The part of Understudy that writes suggestions keeps stopping (${detail}). Reload the window to start it again.`;
    this.options.onLog?.(sentence);
    this.close(sentence);
    this.options.onGivenUp?.(detail);
  }

  private close(sentence: string): void {
    this.worker = null;
    this.closed = sentence;
    this.stopPings();
    this.failPending(new GeneratorError(sentence));
  }

  private failPending(error: GeneratorError): void {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) {
      reject(error);
    }
  }
}
