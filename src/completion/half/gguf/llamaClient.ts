/** llama.cpp in a process of its own, started again when it ends; silent meanwhile. */
import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import type { HalfStatus } from '../../../protocol/generatorProtocol';
import type { DistributionSource, Question } from '../remoteExpert';
import type { LlamaRequest, LlamaResponse, OpenMessage } from './llamaMessages';

type Answer = readonly (readonly (Float32Array | null)[])[];

export interface LlamaClientOptions {
  /** The built process, dist/llama.js, or its TypeScript source, which runs by tsx. */
  readonly processPath: string;
  readonly opening: Omit<OpenMessage, 'kind'>;
  readonly onStatus: (status: HalfStatus) => void;
  /** Milliseconds before it is started again for the first time; twice as many each further time. */
  readonly firstDelay?: number;
  /** Milliseconds after which a process that is asked and does not answer anything is ended. */
  readonly patience?: number;
}

/** Ends in a row, without any answer between them, after which it is not started again. */
const MOST_RESTARTS = 6;

export class LlamaClient implements DistributionSource {
  /** Probes cut into tokens by the model. */
  tokens: readonly (readonly number[])[] = [];
  private readonly name: string;
  private readonly firstDelay: number;
  private readonly patience: number;
  private child: ChildProcess | null = null;
  /** Null while the model is not loaded. */
  private ready: ChildProcess | null = null;
  private readonly pending = new Map<
    number,
    { readonly question: Question; readonly settle: (answer: Answer[number]) => void }
  >();
  private watchdog: NodeJS.Timeout | null = null;
  private nextId = 1;
  private endsInARow = 0;
  /** Whether the last question could not be answered, although the process runs. */
  private hasFault = false;
  private timer: NodeJS.Timeout | null = null;
  private isDisposed = false;

  private constructor(private readonly options: LlamaClientOptions) {
    const { opening, firstDelay = 1000, patience = 120_000 } = options;
    this.name = basename(opening.path);
    this.firstDelay = firstDelay;
    this.patience = patience;
  }

  /** @throws Error with one sentence, by rejecting, when the model cannot be loaded */
  static async open(options: LlamaClientOptions): Promise<LlamaClient> {
    const client = new LlamaClient(options);
    try {
      await client.start();
    } catch (error) {
      client.dispose();
      throw error;
    }
    return client;
  }

  ask(questions: readonly Question[]): Promise<Answer> {
    return Promise.all(questions.map((question) => this.askOne(question)));
  }

  dispose(): void {
    this.isDisposed = true;
    clearTimeout(this.timer ?? undefined);
    this.child?.kill('SIGKILL');
    this.settleAll();
  }

  private askOne(question: Question): Promise<Answer[number]> {
    const child = this.ready;
    if (child === null) {
      return Promise.resolve(noAnswer(question));
    }
    return new Promise((settle) => {
      const id = this.nextId++;
      this.pending.set(id, { question, settle });
      this.watch();
      send(child, { kind: 'ask', id, question });
    });
  }

  /** Ends a process that has not answered anything for long although it was asked. */
  private watch(): void {
    clearTimeout(this.watchdog ?? undefined);
    this.watchdog =
      this.pending.size === 0 ? null : setTimeout(() => this.ready?.kill('SIGKILL'), this.patience).unref();
  }

  /** Resolves when the model is loaded; rejects with a sentence when it cannot be. */
  private start(): Promise<void> {
    const { processPath, opening } = this.options;
    const child = fork(processPath, [], {
      execArgv: processPath.endsWith('.ts') ? ['--import', createRequire(processPath).resolve('tsx')] : [],
      // Inside VS Code the executable is Electron, which runs as Node when told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child = child;
    return new Promise((resolve, reject) => {
      child.on('message', (response: LlamaResponse) => {
        if (response.kind === 'opened') {
          this.tokens = response.tokens;
          this.ready = child;
          resolve();
        } else if (response.kind === 'answered') {
          this.endsInARow = 0;
          if (this.hasFault) {
            this.hasFault = false;
            this.tell('answering', `${this.name} answers again.`);
          }
          this.settle(response.id, response.distributions);
        } else if (response.id !== null) {
          if (!this.hasFault) {
            this.hasFault = true;
            this.tell('away', `llama.cpp cannot answer with ${this.name} (${response.message}).`);
          }
          this.settle(response.id, null);
        } else {
          reject(new Error(this.openingFault(response.message)));
          child.kill('SIGKILL');
        }
      });
      child.on('error', (error) => {
        reject(
          new Error(`llama.cpp could not be started for ${this.name}: ${error.message}.`, { cause: error }),
        );
      });
      child.on('close', (code, signal) => {
        const how = signal ?? `status ${code}`;
        reject(
          new Error(
            `llama.cpp ended (${how}) while it loaded ${this.name}. The file may be damaged, or the memory too small for it: choose a smaller model.`,
          ),
        );
        this.afterEnd(child, how);
      });
      send(child, { kind: 'open', ...opening });
    });
  }

  private openingFault(detail: string): string {
    return /memory|alloc/i.test(detail)
      ? `${this.name} needs more memory than is free (${detail}). Choose a smaller model, or one with fewer bits a weight.`
      : `${this.name} cannot be loaded by llama.cpp (${detail}). Download it again, or choose another model.`;
  }

  private afterEnd(child: ChildProcess, how: string): void {
    const wasReady = this.ready === child;
    this.ready = null;
    this.settleAll();
    if (this.isDisposed || !(wasReady || this.endsInARow > 0)) {
      return;
    }
    this.endsInARow++;
    if (this.endsInARow > MOST_RESTARTS) {
      this.tell(
        'away',
        `llama.cpp keeps stopping (${how}) and is not started again. Choose ${this.name} again to try once more.`,
      );
      return;
    }
    if (wasReady) {
      this.tell('away', `llama.cpp stopped (${how}) and is started again.`);
    }
    this.timer = setTimeout(
      () => {
        this.start().then(
          () => {
            this.tell('answering', `${this.name} answers again.`);
          },
          // Its end is told of and followed by the next attempt.
          () => undefined,
        );
      },
      this.firstDelay * 2 ** (this.endsInARow - 1),
    ).unref();
  }

  private tell(state: HalfStatus['state'], message: string): void {
    this.options.onStatus({ kind: 'halfStatus', state, message });
  }

  private settle(id: number, answer: Answer[number] | null): void {
    const pending = this.pending.get(id);
    this.pending.delete(id);
    this.watch();
    pending?.settle(answer ?? noAnswer(pending.question));
  }

  private settleAll(): void {
    for (const id of [...this.pending.keys()]) {
      this.settle(id, null);
    }
  }
}

const noAnswer = ({ after }: Question): null[] => after.map(() => null);

function send(child: ChildProcess, request: LlamaRequest): void {
  if (child.connected) {
    // A channel that closes meanwhile is told by 'close'.
    child.send(request, () => undefined);
  }
}
