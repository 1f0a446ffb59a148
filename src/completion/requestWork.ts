/** The work for each kind of request, in steps; between any two steps another request can be received. */
import { searchText } from '../model/generation/beamText';
import { generateText, type GeneratedText } from '../model/generation/generateText';
import type { ReadTail } from '../model/generation/healedStart';
import { patientTail, type Pause } from '../model/generation/pause';
import type { SamplingOptions } from '../model/samplingOptions';
import type {
  AnsweredRequest,
  CompleteRequest,
  GenerateRequest,
  GeneratorDocument,
  GeneratorResponse,
  InspectRequest,
  LearnFilesRequest,
  LoadHalfRequest,
  LoadMaskedRequest,
} from '../protocol/generatorProtocol';
import { completeDocument } from './completeDocument';
import { DocumentReader } from './documentReader';
import type { LoadedModel, NetworkRole } from './generatorModel';
import { inspectDocument } from './inspectDocument';
import { learnFiles } from './learnFiles';

/** Returns the settling response. When it is ended early, whatever it has opened that is not in use is closed. */
export type RequestSteps = Generator<Pause, GeneratorResponse>;

/** Tokens of a sample for the panel. */
const SAMPLE_TOKENS = 40;
/** Tokens, a few words, before a requested text may end by itself, even where the models expect its end earlier. */
const MIN_NEW_TOKENS = 8;

export class RequestWork {
  private reader: DocumentReader;

  /**
   * @param newSeed for sampling where the user has set none
   */
  constructor(
    private readonly model: LoadedModel,
    private readonly newSeed: () => number,
  ) {
    this.reader = this.newReader();
  }

  /** @param onPart gets each piece of a generated text as it comes */
  begin(request: AnsweredRequest, onPart: (part: string) => void): RequestSteps {
    switch (request.kind) {
      case 'complete':
        return this.complete(request);
      case 'generate':
        return this.generate(request, onPart);
      case 'inspect':
        return this.inspect(request);
      case 'loadModel':
        return this.loadNetwork(request.id, 'personal', request.personalModelPath);
      case 'loadBase':
        return this.loadNetwork(request.id, 'base', request.baseModelPath);
      case 'loadHalf':
        return this.loadHalf(request);
      case 'loadMasked':
        return this.loadMasked(request);
      case 'learnFiles':
        return this.learn(request);
      case 'learnTyped':
        return this.learnAllTyped(request.id);
    }
  }

  /** Learns a little of what is being typed; false when there is nothing to learn. */
  learnTyped(): boolean {
    return this.reader.learnTyped(1) > 0;
  }

  private *complete(request: CompleteRequest): RequestSteps {
    const { mixture, tokenizer } = this.model;
    const completion = yield* completeDocument(mixture, tokenizer, this.reader, request, this.model.masked);
    const isUntaught = !this.model.hasNetwork && mixture.workspace.tokenCount === 0;
    return {
      kind: 'completed',
      id: request.id,
      ...completion,
      ...(completion.noSuggestionReason === 'lowConfidence' &&
        isUntaught && { noSuggestionReason: 'notReady' }),
    };
  }

  private *generate(
    { id, document, sampling }: GenerateRequest,
    onPart: (part: string) => void,
  ): RequestSteps {
    let written = document.prefix;
    const { text, stopReason } = yield* this.sampleText(document, sampling, (part) => {
      written += part;
      this.reader.noteGenerated(document.uri, written);
      onPart(part);
    });
    return { kind: 'generated', id, text, stopReason };
  }

  private *inspect(request: InspectRequest): RequestSteps {
    const { mixture, tokenizer } = this.model;
    const tail = this.tailOf(request.document, request.document.suffix);
    yield tail.prepare(tail.states);
    const inspection = inspectDocument(mixture, tokenizer, tail, request.topCount);
    const maxNewTokens = Math.min(SAMPLE_TOKENS, request.sampling.maxNewTokens);
    const sample = yield* this.sampleText(
      request.document,
      { ...request.sampling, maxNewTokens },
      () => undefined,
    );
    const isSampleCut = sample.stopReason === 'length';
    return { kind: 'inspected', id: request.id, ...inspection, sample: sample.text, isSampleCut };
  }

  /** Waits for a slow half, but for a text that it must not be told of. */
  private tailOf({ uri, prefix, isSecret }: GeneratorDocument, suffix?: string): ReadTail {
    const read = this.reader.moveTo(uri, prefix, suffix);
    return isSecret === true ? read : patientTail(this.model.mixture, read);
  }

  private *sampleText(
    document: GeneratorDocument,
    sampling: SamplingOptions,
    onPart: (part: string) => void,
  ): Generator<Pause, GeneratedText> {
    const { mixture, tokenizer } = this.model;
    // What stands below is not known here, as a long text might copy it.
    const tail = this.tailOf(document);
    // Typed text is learned first, so that it cannot change the gate between two texts of the same seed.
    while (this.learnTyped()) {
      yield;
    }
    const parts =
      sampling.greedy && sampling.beamWidth > 1
        ? searchText(mixture, tokenizer, tail, sampling, MIN_NEW_TOKENS)
        : generateText(mixture, tokenizer, tail, sampling, MIN_NEW_TOKENS, this.newSeed());
    for (;;) {
      if (!this.reader.isOpen(document.uri)) {
        // A suggestion for another document came in between; the live text has to be that of this one.
        this.reader.moveTo(document.uri, document.prefix);
      }
      const part = parts.next();
      if (part.done) {
        return part.value;
      }
      if (typeof part.value !== 'string') {
        yield part.value;
      } else {
        onPart(part.value);
        yield;
      }
    }
  }

  // eslint-disable-next-line require-yield -- it must not be interrupted.
  private *loadNetwork(id: number, role: NetworkRole, path: string | null): RequestSteps {
    const description = this.model.useNetwork(role, path);
    // States belong to the networks that made them.
    this.reader = this.newReader();
    return { kind: 'modelLoaded', id, description };
  }

  private *loadHalf({ id, half }: LoadHalfRequest): RequestSteps {
    const opened = yield* whenOpened(
      half && ((signal) => this.model.openHalf(half, signal)),
      ({ expert }) => {
        expert.dispose();
      },
    );
    const used = this.model.useHalf(opened);
    this.reader = this.newReader();
    return { kind: 'halfLoaded', id, ...used };
  }

  private *loadMasked({ id, masked }: LoadMaskedRequest): RequestSteps {
    const opened = yield* whenOpened(
      masked && ((signal) => this.model.openMasked(masked, signal)),
      (unused) => {
        unused.dispose();
      },
    );
    this.model.useMasked(opened);
    return { kind: 'maskedLoaded', id, description: opened?.description ?? '' };
  }

  private *learn({ id, files }: LearnFilesRequest): RequestSteps {
    const tokens = yield* learnFiles(this.model.mixture.workspace, this.model.tokenizer, files);
    this.reader.forgetPredictions();
    return { kind: 'filesLearned', id, tokens };
  }

  private *learnAllTyped(id: number): RequestSteps {
    while (this.learnTyped()) {
      yield;
    }
    return { kind: 'typedLearned', id };
  }

  private newReader(): DocumentReader {
    return new DocumentReader(this.model.mixture, this.model.tokenizer);
  }
}

/**
 * Waits for what `open` gives. If the steps are ended before they take it, the opening is aborted, and `dispose` gets whatever
 * was opened nevertheless.
 */
function* whenOpened<T>(
  open: ((signal: AbortSignal) => Promise<T>) | null,
  dispose: (unused: T) => void,
): Generator<Pause, T | null> {
  const held: { value: T | null } = { value: null };
  const ended = new AbortController();
  try {
    yield open?.(ended.signal).then((value) => {
      if (ended.signal.aborted) {
        dispose(value);
      } else {
        held.value = value;
      }
    });
    const { value } = held;
    held.value = null;
    return value;
  } finally {
    ended.abort();
    if (held.value !== null) {
      dispose(held.value);
    }
  }
}
