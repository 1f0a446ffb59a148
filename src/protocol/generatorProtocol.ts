/** What crosses between the extension host (or the terminal tool) and the generator's worker thread. */
import type { SuggestionStop } from '../model/generation/suggestionSearch';
import type { SamplingOptions } from '../model/samplingOptions';

/** Suggestions beside the first where the user asks for one. */
export const MOST_ALTERNATIVES = 3;
/** Stands between the cells of a notebook, which are read as one text. */
export const CELL_BREAK = '\n\n';

export interface GeneratorDocument {
  /** Identifies the document across requests, so that its cached states are found again. */
  readonly uri: string;
  readonly languageId: string;
  /** The text from the start of the document to the cursor; of a long text only the end, at most 64 Ki characters. */
  readonly prefix: string;
  /** Text after the cursor, at most 64 Ki characters; what stands below the cursor's line is known to the live model. */
  readonly suffix: string;
  /** Whether it may hold secrets: no language model that would have to be asked is told of it. */
  readonly isSecret?: boolean;
}

export interface CompleteRequest {
  readonly kind: 'complete';
  readonly id: number;
  readonly document: GeneratorDocument;
  readonly multiline: boolean;
  /** Whether code may stand right of the cursor; when absent, only closing brackets, quotes and separators may. */
  readonly midLineInCode?: boolean;
  /** 0 shows only nearly certain suggestions, 1 every suggestion that might save a key. */
  readonly eagerness: number;
  readonly maxNewTokens: number;
  /** Learned from earlier suggestions: added to the log-odds of every continuation; 0 when absent. */
  readonly confidenceShift?: number;
  /** Learned from earlier suggestions: how often the first word is accepted when only that word is right, 0 to 1; see `wordTaking.ts`. */
  readonly takesWords?: number;
  /** Beginnings of suggestions that the user refused at this place; their last word is not suggested again. */
  readonly refused?: readonly string[];
  /** Whether to wait for a slow language-model half or masked model; otherwise the suggestion is made without them. */
  readonly isPatient?: boolean;
  /** Whether the user asks for it by a command, and so gets the likeliest continuation however unlikely it is, and others besides. */
  readonly isInvoked?: boolean;
}
export type CompletionQuestion = Omit<CompleteRequest, 'kind' | 'id'>;
/** Of the settings that bear these names. */
export const DEFAULT_COMPLETION = { eagerness: 0.5, maxNewTokens: 32 } as const;
export interface GenerateRequest {
  readonly kind: 'generate';
  readonly id: number;
  readonly document: GeneratorDocument;
  readonly sampling: SamplingOptions;
}
/** Asks for the likeliest continuations and a sample, for the panel. */
export interface InspectRequest {
  readonly kind: 'inspect';
  readonly id: number;
  readonly document: GeneratorDocument;
  readonly sampling: SamplingOptions;
  readonly topCount: number;
}
/** A pretrained language model that predicts beside the user's own network, the _half_ in code and messages. Paths are absolute. */
export type HalfChoice =
  | {
      readonly kind: 'keras';
      /** A `.h5` or `.keras` file. */
      readonly path: string;
      /** The vocabulary file, when it does not lie beside the model. */
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
      /** The address of a server that speaks the OpenAI completions protocol, e.g. `http://localhost:8080/v1`. */
      readonly address: string;
      /** The model's name on the server; without it, the first model that the server lists. */
      readonly model?: string;
      /** Sent as a bearer token. */
      readonly key?: string;
    };
/**
 * Opens a language-model half, or removes the one in use. The current one answers until the new one is open. If that cannot be
 * opened, the request fails with a sentence and the current one stays. Of several requests the last one wins.
 */
export interface LoadHalfRequest {
  readonly kind: 'loadHalf';
  readonly id: number;
  readonly half: HalfChoice | null;
}
/** A masked model of BERT's kind, which ranks suggestions when there is text right of the cursor. Paths are absolute. */
export interface MaskedChoice {
  /** The folder with `model.onnx` and `tokenizer.json`. */
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
/** Replaces some files in the live workspace model; an empty text removes a file. */
export interface LearnFilesRequest {
  readonly kind: 'learnFiles';
  readonly id: number;
  readonly files: readonly { readonly uri: string; readonly text: string; readonly recent: boolean }[];
}
export type GeneratorRequest =
  | CompleteRequest
  | GenerateRequest
  | InspectRequest
  /** Replaces the personal model by a checkpoint (absolute path), or removes it, without losing requests. */
  | { readonly kind: 'loadModel'; readonly id: number; readonly personalModelPath: string | null }
  /** Replaces the base model (absolute path), or removes it; the current one stays when the new one cannot be used. */
  | { readonly kind: 'loadBase'; readonly id: number; readonly baseModelPath: string | null }
  | LoadHalfRequest
  | LoadMaskedRequest
  | LearnFilesRequest
  /** Settles when the gate has learned from all typed text, which it otherwise does while there are no requests. */
  | { readonly kind: 'learnTyped'; readonly id: number }
  /** The id is that of the request to cancel. */
  | { readonly kind: 'cancel'; readonly id: number }
  /** Asks whether the thread still responds; `heard` answers. */
  | { readonly kind: 'ping' };
export type AnsweredRequest = Exclude<GeneratorRequest, { readonly kind: 'cancel' | 'ping' }>;

export type StopReason = SuggestionStop | 'cancelled';

/** Why there is no ghost text, so that the user can be told. */
export type NoSuggestionReason =
  /** No continuation is likely enough for the eagerness set. */
  | 'lowConfidence'
  /** Most likely the line ends at the cursor, and suggestions end with the line. */
  | 'lineEnd'
  /** The cursor is inside a word, or right before a word of a script with spaces. */
  | 'midWord'
  /** In code, something other than closing brackets, quotes and separators stands right of the cursor, and may not. */
  | 'midLine'
  /**
   * The suggestion would repeat the text after the cursor or a line just above, or close a bracket, quote or environment that is not
   * open.
   */
  | 'repeatsSuffix'
  /** The suggestion would begin with a blank line, where one in code ends. */
  | 'blankLine'
  /** There is nothing but white space before the cursor. */
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
  /** What may be inserted instead, the best first, for an invoked request; at most {@link MOST_ALTERNATIVES}. */
  readonly alternatives?: readonly Pick<CompletedResponse, 'insertText' | 'confidence'>[];
  /** Whether the user turned to it or typed along with it among several, so that its confidence tells nothing any more. */
  readonly isAsked?: boolean;
  /** Whether it is what remains of one that was served before, as the user types along with that. */
  readonly isTypedAlong?: boolean;
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
    /** The probability that each expert gives to this candidate, by expert name. */
    readonly byExpert: Readonly<Record<string, number>>;
  }[];
  readonly expertWeights: Readonly<Record<string, number>>;
  /** The learned weight of the language-model half among the networks, 0 to 1, whatever the cursor's place; null without a half. */
  readonly halfWeight: number | null;
  readonly sample: string;
  /** Whether the length limit ended the sample, possibly inside a word. */
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
  /** What was opened, and which parts of it are approximate, in one line; empty when the half was removed. */
  readonly description: string;
  /** Why it does not answer yet, in one sentence; null when it does. */
  readonly away: string | null;
}
export interface MaskedLoadedResponse {
  readonly kind: 'maskedLoaded';
  readonly id: number;
  /** What was opened, in one line; empty when the masked model was removed. */
  readonly description: string;
}
export interface FilesLearnedResponse {
  readonly kind: 'filesLearned';
  readonly id: number;
  readonly tokens: number;
}
/** A model no longer answers, so that suggestions come without it, or it answers again. */
export interface ModelStatus {
  readonly state: 'away' | 'answering';
  /** Why, in one sentence. */
  readonly message: string;
}
/** Belongs to no request: the status of the half, or of the masked model, in use. */
export interface StatusReport extends ModelStatus {
  readonly kind: 'modelStatus';
  readonly model: 'half' | 'masked';
}
/** Every {@link AnsweredRequest} is settled by exactly one response that has its id and is no `generatedPart`. */
export type GeneratorResponse =
  /** Belongs to no request. */
  | { readonly kind: 'log'; readonly message: string }
  | StatusReport
  /** The answer to `ping`. */
  | { readonly kind: 'heard' }
  | CompletedResponse
  | { readonly kind: 'generatedPart'; readonly id: number; readonly text: string }
  | GeneratedResponse
  | InspectedResponse
  | ModelLoadedResponse
  | HalfLoadedResponse
  | MaskedLoadedResponse
  | FilesLearnedResponse
  | { readonly kind: 'typedLearned'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string };
