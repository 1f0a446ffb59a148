/** One conversation with a trainer's process: a request, events, and a last event or a fault. */
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { asError } from '../protocol/asError';
import { parseTrainerEvent } from '../protocol/trainerMessages';
import type { TrainerEvent } from '../protocol/trainerEvents';
import type { TrainerRequest } from '../protocol/trainerProtocol';
import { relaxedSimdOptions } from './engines/relaxedSimd';
import type { TrainerNode } from './native/trainerNode';

export interface TrainerChild<Last extends TrainerEvent> {
  /** Does nothing once the process has ended. */
  readonly send: (request: TrainerRequest) => void;
  /** Ends the process at once; `last` rejects unless it is settled. */
  readonly kill: () => void;
  /** Resolves when the process is gone, and with it what it held. */
  readonly ended: Promise<void>;
  /** Settles when the process has given its last event or has ended; rejects with a sentence for the user. */
  readonly last: Promise<Last>;
}

/** The process gave up, with a sentence for the user. */
export class TrainerFailedError extends Error {
  constructor(readonly event: Extract<TrainerEvent, { kind: 'failed' }>) {
    super(event.message);
  }
}

/** The process ended before it gave its last event. */
export class TrainerEndedError extends Error {
  /**
   * @param how e.g. "by SIGKILL"
   * @param isFromOutside whether the user, the terminal or the end of the system asked it to end; a crash does not look like that
   * @param output the end of what it wrote to its standard error, for the log
   * @param isPlan whether it only looked for texts, and so has saved nothing
   */
  constructor(
    readonly how: string,
    readonly isFromOutside: boolean,
    readonly output: string,
    isPlan: boolean,
  ) {
    super(
      isPlan
        ? `The trainer's process ended unexpectedly, ${how}, while it looked for texts. Nothing was trained yet: try again.`
        : `The trainer's process ended unexpectedly, ${how}. What it saved is kept: train again to go on from there.`,
    );
  }
}

/** The end of what the process wrote to its standard error, kept for the log when it crashes; characters. */
const KEPT_ERROR_OUTPUT = 2000;
/**
 * For Windows, where Node.js, unlike Electron, brings up a console that the user may close. `fork` hands it on to `spawn`, but its type lacks
 * it.
 */
const NO_CONSOLE = { windowsHide: true };
/** Time for this process to hear of Ctrl+C too, where the trainer's has died of it. */
const INTERRUPT_MILLISECONDS = 100;
const ENDING_SIGNALS: ReadonlySet<NodeJS.Signals> = new Set<NodeJS.Signals>(['SIGINT', 'SIGTERM', 'SIGHUP']);
/** What a shell reports for a process that SIGTERM ended, and what the trainer's ends with then. */
export const SIGTERM_STATUS = 143;

/**
 * @param processPath the built trainer, or its TypeScript source, which runs by tsx
 * @param isLast tells the event that answers the request
 * @param node runs it; null for the program of this process
 */
export function startTrainerChild<Last extends TrainerEvent>(
  processPath: string,
  request: TrainerRequest,
  isLast: (event: TrainerEvent) => event is Last,
  onEvent: (event: TrainerEvent) => void,
  node: TrainerNode | null = null,
): TrainerChild<Last> {
  const child = fork(processPath, [], {
    ...(node !== null && { execPath: node.path }),
    // Not the options of this process, such as an inspector's port or a test's loader.
    execArgv: [
      ...relaxedSimdOptions(node?.v8),
      ...(processPath.endsWith('.ts')
        ? ['--import', pathToFileURL(createRequire(processPath).resolve('tsx')).href]
        : []),
    ],
    // Inside VS Code the executable is Electron, which runs as Node when told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...NO_CONSOLE,
  });
  let errorOutput = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    errorOutput = (errorOutput + chunk).slice(-KEPT_ERROR_OUTPUT);
  });
  const last = new Promise<Last>((resolve, reject) => {
    child.on('message', (message) => {
      try {
        const event = parseTrainerEvent(message);
        onEvent(event);
        if (isLast(event)) {
          resolve(event);
        } else if (event.kind === 'failed') {
          reject(new TrainerFailedError(event));
        }
      } catch (error) {
        reject(asError(error));
        child.kill('SIGKILL');
      }
    });
    child.on('error', (error) => {
      reject(new Error(`The trainer's process could not be started: ${error.message}.`, { cause: error }));
    });
    // Not 'exit': messages that are still in the channel arrive before 'close'.
    child.on('close', (code, signal) => {
      const how = signal === null ? `with status ${code}` : `by ${signal}`;
      const fail = () => {
        const isFromOutside = signal === null ? code === SIGTERM_STATUS : ENDING_SIGNALS.has(signal);
        reject(new TrainerEndedError(how, isFromOutside, errorOutput, request.kind === 'plan'));
      };
      // Ctrl+C reaches the whole group: a process that is still starting dies of it, perhaps before this one hears it and cancels.
      if (signal === 'SIGINT') {
        setTimeout(fail, INTERRUPT_MILLISECONDS);
      } else {
        fail();
      }
    });
  });
  const send = (message: TrainerRequest): void => {
    if (child.connected) {
      // If the channel closes meanwhile, 'close' reports it.
      child.send(message, () => undefined);
    }
  };
  // Comes after 'error', too, where the process could not be started; where it could not be ended, it still holds what it held.
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      resolve();
    });
  });
  send(request);
  return { send, kill: () => child.kill('SIGKILL'), last, ended };
}
