/** The wasm engine's worker threads, from the main thread's side. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { asError } from '../../protocol/asError';
import type { NumberedRequest, ResultOf, WorkerAnswer, WorkerRequest } from './wasmWorkerMessages';

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** When one worker fails, all pending and later requests to any of them reject with its fault: together they are one network. */
export class WorkerPool {
  private readonly workers: readonly Worker[];
  private readonly pending = new Map<number, Pending>();
  private nextId = 0;
  private fault: Error | null = null;

  constructor(count: number, workerPath: string, options: WorkerOptions = {}) {
    this.workers = Array.from({ length: count }, (_, index) => {
      const worker = new Worker(workerPath, options);
      // Only an unanswered request keeps the process from ending.
      worker.unref();
      worker.on('message', (answer: WorkerAnswer) => {
        this.settle(answer);
      });
      const failed = (why: string, cause?: unknown): Error =>
        new Error(`Thread ${index + 1} of the wasm engine failed: ${why}`, { cause });
      worker.on('error', (error) => {
        this.fail(failed(error.message, error));
      });
      worker.on('exit', (code) => {
        this.fail(failed(`it ended with status ${code}`));
      });
      return worker;
    });
  }

  get size(): number {
    return this.workers.length;
  }

  /** Asks every worker, by its index, at once. */
  askAll<R extends WorkerRequest>(requestOf: (worker: number) => R): Promise<ResultOf<R['kind']>[]> {
    return Promise.all(this.workers.map((_, index) => this.ask(index, requestOf(index))));
  }

  /** @throws Error when any worker has failed, or fails before it has answered */
  ask<R extends WorkerRequest>(worker: number, request: R): Promise<ResultOf<R['kind']>> {
    if (this.fault !== null) {
      return Promise.reject(this.fault);
    }
    const id = this.nextId++;
    const answer = new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
    });
    for (const each of this.workers) {
      each.ref();
    }
    this.workers[worker].postMessage({ id, request } satisfies NumberedRequest);
    return answer as Promise<ResultOf<R['kind']>>;
  }

  /** Asks every worker without waiting; where one cannot do it, that is the fault of all that is asked after it. */
  tellAll(requestOf: (worker: number) => WorkerRequest): void {
    this.askAll(requestOf).catch((error: unknown) => {
      this.fail(asError(error));
    });
  }

  private settle(answer: WorkerAnswer): void {
    const asked = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    // After a fault nothing is pending.
    if ('fault' in answer) {
      asked?.reject(new Error(answer.fault));
    } else {
      asked?.resolve(answer.result);
    }
    if (this.pending.size === 0) {
      for (const worker of this.workers) {
        worker.unref();
      }
    }
  }

  private fail(fault: Error): void {
    this.fault ??= fault;
    for (const { reject } of this.pending.values()) {
      reject(this.fault);
    }
    this.pending.clear();
    for (const worker of this.workers) {
      worker.unref();
    }
  }
}
