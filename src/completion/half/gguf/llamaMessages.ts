/** What crosses between the generator and the process in which llama.cpp runs. */
import type { Question } from '../remoteExpert';

export interface OpenMessage {
  readonly kind: 'open';
  /** Of the GGUF file. */
  readonly path: string;
  /** The folder that llama.cpp was installed into. */
  readonly modulePath: string;
  /** Tokens that it reads at most. */
  readonly window: number;
  readonly threads: number;
  /** Texts that it is to cut into tokens, to see that the generator does so alike. */
  readonly probes: readonly string[];
}
export interface AskMessage {
  readonly kind: 'ask';
  readonly id: number;
  readonly question: Question;
}
export type LlamaRequest = OpenMessage | AskMessage;

export interface OpenedMessage {
  readonly kind: 'opened';
  /** By probe. */
  readonly tokens: readonly (readonly number[])[];
}
export interface AnsweredMessage {
  readonly kind: 'answered';
  readonly id: number;
  /** By beginning, [vocabSize]. */
  readonly distributions: readonly Float32Array[];
}
/** The model cannot be opened, or a question not be answered. */
export interface FaultMessage {
  readonly kind: 'fault';
  /** Of the question; null when it is about opening. */
  readonly id: number | null;
  readonly message: string;
}
export type LlamaResponse = OpenedMessage | AnsweredMessage | FaultMessage;
