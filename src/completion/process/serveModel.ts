/** The process's side: opens one model and answers questions about it, one after the other. */
import { constants, getPriority, setPriority } from 'node:os';
import { asError } from '../../protocol/asError';
import type { FaultMessage, ProcessRequest, ProcessResponse } from './processMessages';
import { ProgramFault, Refusal } from './openingFaults';

/** Most characters of a library's error message, which may quote any name from the file. */
const LONGEST_FAULT = 500;

export interface ServedModel<Opened, Question, Answer> {
  /** What the other side is told about the model. */
  readonly opened: Opened;
  /** @param isOutdated whether a newer question waits; an answer may then be given up */
  answer(question: Question, isOutdated: () => boolean): Promise<Answer>;
}

/**
 * Serves until the other side disconnects. A model that cannot be opened, or a question that fails, is reported by its message.
 * @param open receives the opening that the other side (`modelProcess.ts`) was given; only the two ends know its type
 */
export function serveModel<Opened, Question, Answer>(
  open: (opening: never) => Promise<ServedModel<Opened, Question, Answer>>,
): void {
  let model: ServedModel<Opened, Question, Answer> | null = null;
  let newestId = 0;
  let last: Promise<void> = Promise.resolve();

  // Where the user gave a lower priority, as by `nice`, an ordinary user may not raise it again.
  if (getPriority() < constants.priority.PRIORITY_BELOW_NORMAL) {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  }
  // Ctrl+C in a terminal reaches the whole process group, so the parent too; when that ends, this process ends.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));

  const handle = async (request: ProcessRequest<never, Question>): Promise<void> => {
    const id = request.kind === 'ask' ? request.id : null;
    try {
      if (request.kind === 'open') {
        model = await open(request.opening);
        respond({ kind: 'opened', opened: model.opened });
      } else {
        const answer = await model!.answer(request.question, () => newestId !== id);
        respond({ kind: 'answered', id: request.id, answer });
      }
    } catch (error) {
      respond({ kind: 'fault', id, ...faultOf(error) });
    }
  };
  const respond = (response: ProcessResponse<Opened, Answer>): void => {
    if (process.connected) {
      // 'disconnect' reports a channel that closes meanwhile.
      process.send!(response, undefined, undefined, () => undefined);
    }
  };
  process.on('message', (request: ProcessRequest<never, Question>) => {
    newestId = request.kind === 'ask' ? request.id : newestId;
    last = last.then(() => handle(request));
  });
}

function faultOf(thrown: unknown): Pick<FaultMessage, 'message' | 'by'> {
  const { message } = asError(thrown);
  return thrown instanceof Refusal
    ? { message, by: 'refusal' }
    : {
        message: message.split('\n')[0].slice(0, LONGEST_FAULT),
        by: thrown instanceof ProgramFault ? 'program' : undefined,
      };
}
