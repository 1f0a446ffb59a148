/** A model in a process of its own, which is restarted when it ends; until then questions get no answer. */
import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { asError } from '../../protocol/asError';
import type { ModelStatus } from '../../protocol/generatorProtocol';
import type { FaultMessage, ProcessRequest, ProcessResponse } from './processMessages';

export interface ModelProcessOptions<Opening extends ModelFile> {
  /** The built process, such as dist/llama.js, or its TypeScript source, which runs by tsx. */
  readonly processPath: string;
  readonly opening: Opening;
  /** The user's names for what runs the model, and for the model. */
  readonly program: string;
  readonly name: string;
  /** The command of npm that installs the program, in a checkout. */
  readonly script: string;
  readonly onStatus: (status: ModelStatus) => void;
  /** Aborts the loading of a model that is no longer wanted. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds before the first restart; doubled for each further one in a row. */
  readonly firstDelay?: number;
  /** Milliseconds without any answer, while questions wait, after which the process is killed. */
  readonly patience?: number;
}

interface ModelFile {
  readonly path: string;
}

/** Most restarts in a row without an answer between them. */
const MOST_RESTARTS = 6;
/** The patience is counted in so many parts, not timed as one, since a machine may sleep: a night is at most one part. */
const PARTS_OF_PATIENCE = 10;

export class ModelProcess<Opening extends ModelFile, Opened, Question, Answer> {
  private child: ChildProcess | null = null;
  /** Null while the model is not loaded. */
  private ready: ChildProcess | null = null;
  private readonly pending = new Map<number, (answer: Answer | null) => void>();
  private watchdog: NodeJS.Timeout | null = null;
  private nextId = 1;
  private endsInARow = 0;
  /** Whether the last question could not be answered, although the process runs. */
  private hasFault = false;
  private timer: NodeJS.Timeout | null = null;
  private isDisposed = false;

  private constructor(private readonly options: ModelProcessOptions<Opening>) {}

  /** @throws Error with one sentence, by rejecting, when the model cannot be loaded */
  static async open<Opening extends ModelFile, Opened, Question, Answer>(
    options: ModelProcessOptions<Opening>,
  ): Promise<{ process: ModelProcess<Opening, Opened, Question, Answer>; opened: Opened }> {
    const { signal } = options;
    signal?.throwIfAborted();
    const process = new ModelProcess<Opening, Opened, Question, Answer>(options);
    const end = (): void => {
      process.dispose();
    };
    signal?.addEventListener('abort', end, { once: true });
    try {
      return { process, opened: await process.start() };
    } catch (error) {
      process.dispose();
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  /** Null while the model cannot answer. Never rejects. */
  ask(question: Question): Promise<Answer | null> {
    const child = this.ready;
    if (child === null) {
      return Promise.resolve(null);
    }
    return new Promise((settle) => {
      const id = this.nextId++;
      this.pending.set(id, settle);
      if (this.watchdog === null) {
        // A new question must not extend the time that earlier ones have waited.
        this.watch();
      }
      this.send(child, { kind: 'ask', id, question });
    });
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer ?? undefined);
    this.child?.kill('SIGKILL');
    this.settleAll();
  }

  /** Starts the time anew after which a process that leaves its questions unanswered is killed; stops it when none wait. */
  private watch(): void {
    clearInterval(this.watchdog ?? undefined);
    const { patience = 120_000 } = this.options;
    let partsLeft = PARTS_OF_PATIENCE;
    const look = (): void => {
      if (--partsLeft === 0) {
        this.ready?.kill('SIGKILL');
      }
    };
    this.watchdog = this.pending.size === 0 ? null : setInterval(look, patience / PARTS_OF_PATIENCE).unref();
  }

  /** Resolves when the model is loaded; rejects with a sentence when it cannot be. */
  private start(): Promise<Opened> {
    const { opening, program, name } = this.options;
    let child: ChildProcess;
    try {
      child = this.fork();
    } catch (thrown) {
      // `fork` throws on some failures to start, such as a lack of memory; the next attempt may succeed.
      const error = asError(thrown);
      this.afterEnd(null, error.message);
      return Promise.reject(this.startFault(error));
    }
    this.child = child;
    let refusal: string | null = null;
    return new Promise((resolve, reject) => {
      child.on('message', (response: ProcessResponse<Opened, Answer>) => {
        if (response.kind === 'opened') {
          this.ready = child;
          this.hasFault = false;
          resolve(response.opened);
        } else if (response.kind === 'answered') {
          this.endsInARow = 0;
          if (this.hasFault) {
            this.hasFault = false;
            this.tell('answering', `${name} answers again.`);
          }
          this.settle(response.id, response.answer);
        } else if (response.id !== null) {
          if (!this.hasFault) {
            this.hasFault = true;
            this.tell('away', `${program} cannot answer with ${name} (${response.message}).`);
          }
          this.settle(response.id, null);
        } else {
          refusal = this.openingFault(response);
          reject(new Error(refusal));
          child.kill('SIGKILL');
        }
      });
      child.on('error', (error) => {
        reject(this.startFault(error));
      });
      child.on('close', (code, signal) => {
        const how = signal ?? `status ${code}`;
        reject(
          new Error(
            `${program} ended (${how}) while it loaded ${name}. The file may be damaged, or the memory too small for it: choose a smaller model.`,
          ),
        );
        this.afterEnd(child, how, refusal);
      });
      this.send(child, { kind: 'open', opening });
    });
  }

  private fork(): ChildProcess {
    const { processPath } = this.options;
    return fork(processPath, [], {
      execArgv: processPath.endsWith('.ts')
        ? ['--import', pathToFileURL(createRequire(processPath).resolve('tsx')).href]
        : [],
      // Inside VS Code the executable is Electron, which runs as Node when told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }

  private startFault(error: Error): Error {
    const { program, name } = this.options;
    return new Error(`${program} could not be started for ${name}: ${error.message}.`, {
      cause: error,
    });
  }

  private openingFault({ message, by }: FaultMessage): string {
    const { program, script, name, opening } = this.options;
    if (by === 'refusal') {
      return message;
    }
    if (by === 'program') {
      return `${program} cannot be started (${message}). Run "Understudy: Remove ${program}" (or "npm run ${script} -- --remove" in a checkout) and install it again.`;
    }
    // The path does not explain what went wrong, and its words could be mistaken for the cause.
    const detail = message.replaceAll(opening.path, 'it');
    return /memory|alloc/i.test(detail)
      ? `${name} needs more memory than is free (${detail}). Choose a smaller model, or one with fewer bits a weight.`
      : `${name} cannot be loaded by ${program} (${detail}). Download it again, or choose another model.`;
  }

  /**
   * @param child null where none could be started
   * @param refusal why it did not load the model, if it said so
   */
  private afterEnd(child: ChildProcess | null, how: string, refusal: string | null = null): void {
    const { program, name, firstDelay = 1000 } = this.options;
    const wasReady = child !== null && this.ready === child;
    this.ready = null;
    this.settleAll();
    if (this.isDisposed || !(wasReady || this.endsInARow > 0)) {
      return;
    }
    this.endsInARow++;
    if (this.endsInARow > MOST_RESTARTS) {
      this.tell(
        'away',
        refusal ??
          `${program} keeps stopping (${how}) and is not started again. Choose ${name} again to retry.`,
      );
      return;
    }
    if (wasReady) {
      this.tell('away', `${program} stopped (${how}) and is started again.`);
    }
    this.timer = setTimeout(
      () => {
        this.start().then(
          () => {
            this.tell('answering', `${name} answers again.`);
          },
          // `afterEnd` starts the next attempt, or reports that there is none.
          () => undefined,
        );
      },
      firstDelay * 2 ** (this.endsInARow - 1),
    ).unref();
  }

  private tell(state: ModelStatus['state'], message: string): void {
    // A late answer of a model that was replaced would be taken for one of the model in its place.
    if (!this.isDisposed) {
      this.options.onStatus({ state, message });
    }
  }

  private settle(id: number, answer: Answer | null): void {
    const settle = this.pending.get(id);
    this.pending.delete(id);
    this.watch();
    settle?.(answer);
  }

  private settleAll(): void {
    for (const id of [...this.pending.keys()]) {
      this.settle(id, null);
    }
  }

  private send(child: ChildProcess, request: ProcessRequest<Opening, Question>): void {
    if (child.connected) {
      // 'close' reports a channel that closes meanwhile.
      child.send(request, () => undefined);
    }
  }
}
