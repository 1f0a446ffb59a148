/** Messages between the generator and the process in which a model runs. */

interface OpenMessage<Opening> {
  readonly kind: 'open';
  readonly opening: Opening;
}
interface AskMessage<Question> {
  readonly kind: 'ask';
  readonly id: number;
  readonly question: Question;
}
export type ProcessRequest<Opening, Question> = OpenMessage<Opening> | AskMessage<Question>;

interface OpenedMessage<Opened> {
  readonly kind: 'opened';
  readonly opened: Opened;
}
interface AnsweredMessage<Answer> {
  readonly kind: 'answered';
  readonly id: number;
  readonly answer: Answer;
}
/** The model cannot be opened, or a question cannot be answered. */
export interface FaultMessage {
  readonly kind: 'fault';
  /** Of the question; null when it is about opening. */
  readonly id: number | null;
  readonly message: string;
  /** Whether what runs the model is at fault, and not the model; or whether the message is a sentence for the user as it is. */
  readonly by?: 'program' | 'refusal' | undefined;
}
export type ProcessResponse<Opened, Answer> = OpenedMessage<Opened> | AnsweredMessage<Answer> | FaultMessage;
