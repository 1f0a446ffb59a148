/** What crosses between the extension host (or the terminal tool) and the generator's worker thread. */
import type { SamplingOptions } from '../model/samplingOptions';

export interface GeneratorDocument {
  /** Identifies the document among requests, so that states cached for it are found again. */
  readonly uri: string;
  readonly languageId: string;
  /** All text from the start of the document (or at most the last 64 Ki characters) to the cursor. */
  readonly prefix: string;
  /** Text after the cursor, at most 4 Ki characters. */
  readonly suffix: string;
}

export interface CompleteRequest {
  readonly kind: 'complete';
  readonly id: number;
  readonly document: GeneratorDocument;
  readonly multiline: boolean;
  /** 0 shows only what is nearly certain, 1 shows whenever a suggestion might save a key. */
  readonly eagerness: number;
  readonly maxNewTokens: number;
  /** Learned from earlier suggestions: added to the log-odds of every continuation; 0 without it. */
  readonly confidenceShift?: number;
  /** Learned from earlier suggestions: how often the first word is taken where no more is right, 0 to 1; see `wordTaking.ts`. */
  readonly takesWords?: number;
  /** Beginnings of suggestions that the user did not want at this place; their last word is not suggested again. */
  readonly refused?: readonly string[];
  /** Waits for a language-model half or a masked model that does not answer at once; otherwise the suggestion is made without it. */
  readonly isPatient?: boolean;
}
export type CompletionQuestion = Omit<CompleteRequest, 'kind' | 'id'>;
export interface GenerateRequest {
  readonly kind: 'generate';
  readonly id: number;
  readonly document: GeneratorDocument;
  readonly sampling: SamplingOptions;
}
/** Asks what the model would say next, for the panel. */
export interface InspectRequest {
  readonly kind: 'inspect';
  readonly id: number;
  readonly document: GeneratorDocument;
  readonly sampling: SamplingOptions;
  readonly topCount: number;
}
/** Loads a checkpoint (absolute path), or none; replaces the one in use without losing requests. */
export interface LoadModelRequest {
  readonly kind: 'loadModel';
  readonly id: number;
  readonly personalModelPath: string | null;
}
/** Puts another base model (absolute path) in the place of the present one, or removes it; the present one stays when it cannot be used. */
export interface LoadBaseRequest {
  readonly kind: 'loadBase';
  readonly id: number;
  readonly baseModelPath: string | null;
}
/** A pretrained language model that predicts beside the user's own network. Paths are absolute. */
export type HalfChoice =
  | {
      readonly kind: 'keras';
      /** A `.h5` or `.keras` file. */
      readonly path: string;
      /** The vocabulary, where it does not lie beside the model. */
      readonly vocabularyPath?: string;
    }
  | {
      readonly kind: 'gguf';
      readonly path: string;
      /** The folder that llama.cpp was installed into, see `installLlama`. */
      readonly modulePath?: string;
    }
  | {
      readonly kind: 'server';
      /** Of a server that speaks the OpenAI completions protocol, e.g. `http://localhost:8080/v1`. */
      readonly address: string;
      /** Its name on the server; without it, the first that the server lists. */
      readonly model?: string;
      /** Sent as a bearer token. */
      readonly key?: string;
    };
/**
 * Opens a language-model half, or removes the one in use. The present one answers until the new one stands; when it cannot be
 * opened the request fails with a sentence and the present one stays. Of several requests the last counts.
 */
export interface LoadHalfRequest {
  readonly kind: 'loadHalf';
  readonly id: number;
  readonly half: HalfChoice | null;
}
/** A masked model of BERT's kind, by which suggestions are ranked where text stands right of the cursor. Paths are absolute. */
export interface MaskedChoice {
  /** Holds `model.onnx` and `tokenizer.json`. */
  readonly folder: string;
  /** The folder that ONNX Runtime was installed into. */
  readonly modulePath: string;
}
/** Opens a masked model, or removes the one in use, as {@link LoadHalfRequest} does. */
export interface LoadMaskedRequest {
  readonly kind: 'loadMasked';
  readonly id: number;
  readonly masked: MaskedChoice | null;
}
/** Replaces what the live workspace model knows of some files; an empty text forgets a file. */
export interface LearnFilesRequest {
  readonly kind: 'learnFiles';
  readonly id: number;
  readonly files: readonly { readonly uri: string; readonly text: string; readonly recent: boolean }[];
}
/** Settles once the gate has learned all that was typed, as it otherwise does while nothing is asked of it. */
export interface LearnTypedRequest {
  readonly kind: 'learnTyped';
  readonly id: number;
}
export interface CancelRequest {
  readonly kind: 'cancel';
  /** The id of the request to cancel. */
  readonly id: number;
}
/** Asks whether the thread still hears; answered by {@link HeardResponse} as soon as it does. */
export interface PingRequest {
  readonly kind: 'ping';
}
export type GeneratorRequest =
  | CompleteRequest
  | GenerateRequest
  | InspectRequest
  | LoadModelRequest
  | LoadBaseRequest
  | LoadHalfRequest
  | LoadMaskedRequest
  | LearnFilesRequest
  | LearnTypedRequest
  | CancelRequest
  | PingRequest;
export type AnsweredRequest = Exclude<GeneratorRequest, CancelRequest | PingRequest>;

export type StopReason =
  'length' | 'lineEnd' | 'sentenceEnd' | 'confidence' | 'endOfText' | 'repetition' | 'cancelled' | 'suffix';

/** Why there is no ghost text, so that the user can be told. */
export type NoSuggestionReason =
  /** No continuation is likely enough for the eagerness set. */
  | 'lowConfidence'
  /** Letters stand right of the cursor. */
  | 'midWord'
  /** Code other than closing brackets stands right of the cursor. */
  | 'midLine'
  /** What would be suggested stands after the cursor or in a line just above already, or would close what is not open. */
  | 'repeatsSuffix'
  /** The document has no text before the cursor, or the text ends here. */
  | 'empty'
  | 'cancelled'
  /** Nothing has been learned yet and no model is loaded. */
  | 'notReady';

export interface CompletedResponse {
  readonly kind: 'completed';
  readonly id: number;
  /** Text to insert at the cursor; empty when there is nothing worth showing. */
  readonly insertText: string;
  readonly noSuggestionReason?: NoSuggestionReason;
  readonly stopReason?: StopReason;
  /** Probability of the whole suggestion given the prefix, 0 to 1. */
  readonly confidence: number;
  readonly source: 'typedAsSuggested' | 'prefixCache' | 'inFlight' | 'generated';
  readonly milliseconds: number;
}
export interface GeneratedPartResponse {
  readonly kind: 'generatedPart';
  readonly id: number;
  readonly text: string;
}
export interface GeneratedResponse {
  readonly kind: 'generated';
  readonly id: number;
  readonly text: string;
  readonly stopReason: StopReason;
}
export interface InspectedResponse {
  readonly kind: 'inspected';
  readonly id: number;
  readonly candidates: readonly {
    readonly text: string;
    readonly probability: number;
    /** The probability each expert gives to this candidate, by expert name. */
    readonly byExpert: Readonly<Record<string, number>>;
  }[];
  readonly expertWeights: Readonly<Record<string, number>>;
  /** What the language-model half has earned among the networks, 0 to 1, wherever the cursor is; null without one. */
  readonly halfWeight: number | null;
  readonly sample: string;
  /** Whether the sample ends because it is long enough, be it within a word. */
  readonly isSampleCut: boolean;
}
export interface ModelLoadedResponse {
  readonly kind: 'modelLoaded';
  readonly id: number;
  readonly description: string;
}
export interface HalfLoadedResponse {
  readonly kind: 'halfLoaded';
  readonly id: number;
  /** What was opened and what of it is only approximate, in one line; empty when there is no half now. */
  readonly description: string;
  /** Whether it may have to be waited for, so that a patient suggestion may differ from one that was made at once. */
  readonly isSlow: boolean;
  /** Why it does not answer already, in one sentence; null when it does. */
  readonly away: string | null;
}
export interface MaskedLoadedResponse {
  readonly kind: 'maskedLoaded';
  readonly id: number;
  /** What was opened, in one line; empty when there is none now. */
  readonly description: string;
}
export interface FilesLearnedResponse {
  readonly kind: 'filesLearned';
  readonly id: number;
  readonly files: number;
  readonly tokens: number;
}
export interface TypedLearnedResponse {
  readonly kind: 'typedLearned';
  readonly id: number;
}
export interface FailedResponse {
  readonly kind: 'failed';
  readonly id: number;
  readonly message: string;
}
/** Belongs to no request. */
export interface GeneratorLog {
  readonly kind: 'log';
  readonly message: string;
}
/** Belongs to no request: the half in use went away, so that suggestions come without it, or answers again. */
export interface HalfStatus {
  readonly kind: 'halfStatus';
  readonly state: 'away' | 'answering';
  /** Why, in one sentence. */
  readonly message: string;
}
/** The same of the masked model in use. */
export interface MaskedStatus extends Omit<HalfStatus, 'kind'> {
  readonly kind: 'maskedStatus';
}
/** To {@link PingRequest}. */
export interface HeardResponse {
  readonly kind: 'heard';
}
/** Every {@link AnsweredRequest} is settled by exactly one response that has its id and is no `generatedPart`. */
export type GeneratorResponse =
  | GeneratorLog
  | HalfStatus
  | MaskedStatus
  | HeardResponse
  | CompletedResponse
  | GeneratedPartResponse
  | GeneratedResponse
  | InspectedResponse
  | ModelLoadedResponse
  | HalfLoadedResponse
  | MaskedLoadedResponse
  | FilesLearnedResponse
  | TypedLearnedResponse
  | FailedResponse;
