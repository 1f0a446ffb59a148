/** The models that the generator answers with, loaded from files. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { decodeMixable } from '../model/checkpoint/checkpoint';
import type { Expert } from '../model/expert';
import { Mixture } from '../model/mixture/mixture';
import type { MixtureModel } from '../model/mixtureModel';
import { createKernelNetwork } from '../model/network/kernelNetwork';
import { countParameters, describeKind } from '../model/networkConfig';
import { tokenKinds } from '../model/tokenizer/tokenKinds';
import { Tokenizer } from '../model/tokenizer/tokenizer';
import { asError } from '../protocol/asError';
import type {
  HalfChoice,
  HalfLoadedResponse,
  MaskedChoice,
  ModelStatus,
  StatusReport,
} from '../protocol/generatorProtocol';
import { openHalf, type OpenedHalf } from './half/openHalf';
import { openMasked, type OpenedMasked } from './masked/openMasked';

export type NetworkRole = 'base' | 'personal';

export interface GeneratorFiles {
  /** Absolute paths. */
  readonly kernelPath: string;
  readonly tokenizerPath: string;
  /** Null for no base network. */
  readonly baseModelPath: string | null;
  /** The process for GGUF models, built or as source; by default llama.js beside the generator. */
  readonly llamaPath?: string;
  /** The same for masked models; by default onnx.js. */
  readonly onnxPath?: string;
}

/** What {@link TextGenerator} needs of its models. */
export type LoadedModel = Omit<GeneratorModel, 'mixture'> & { readonly mixture: MixtureModel };

export type UsedHalf = Pick<HalfLoadedResponse, 'description' | 'away'>;

interface LoadedNetwork {
  readonly network: Expert;
  readonly gate: Float32Array | null;
  readonly description: string;
}

export class GeneratorModel {
  readonly tokenizer: Tokenizer;
  mixture: Mixture;
  private readonly kernelBytes: Uint8Array;
  private readonly kinds: Uint8Array;
  /** Null while none is chosen. */
  masked: OpenedMasked | null = null;
  private readonly llamaPath: string;
  private readonly onnxPath: string;
  /** In the order in which the mixture takes them. */
  private readonly networks: Record<NetworkRole, LoadedNetwork | null> = { base: null, personal: null };
  private half: OpenedHalf | null = null;
  /** By opened half, its latest status. */
  private readonly statuses = new WeakMap<OpenedHalf, { readonly latest: ModelStatus | null }>();

  /**
   * @param warn called with one sentence when the base model cannot be used; the rest works without it
   * @param onStatus called when the half or the masked model stops or resumes answering
   */
  constructor(
    files: GeneratorFiles,
    private readonly warn: (sentence: string) => void,
    private readonly onStatus: (report: StatusReport) => void = () => undefined,
  ) {
    this.kernelBytes = readFileSync(files.kernelPath);
    this.tokenizer = Tokenizer.fromJson(JSON.parse(readFileSync(files.tokenizerPath, 'utf8')));
    this.kinds = tokenKinds(this.tokenizer);
    this.llamaPath = files.llamaPath ?? join(__dirname, 'llama.js');
    this.onnxPath = files.onnxPath ?? join(__dirname, 'onnx.js');
    this.networks.base = this.loadBase(files.baseModelPath);
    this.mixture = this.mix(null, this.networks.base?.gate ?? null);
  }

  /** Whether any network is loaded; the live text of the workspace answers without one, too. */
  get hasNetwork(): boolean {
    return this.half !== null || Object.values(this.networks).some((loaded) => loaded !== null);
  }

  /**
   * Replaces a network, or removes it; keeps what was learned of the workspace.
   * @returns what the user is told, e.g. "lstm 512, 2.9 M parameters"
   * @throws Error with one sentence; the current model then stays in use
   */
  useNetwork(role: NetworkRole, path: string | null): string {
    const loaded = path === null ? null : this.load(path, role);
    const earlier = this.networks[role];
    this.networks[role] = loaded;
    const { base, personal } = this.networks;
    // A model that was trained elsewhere has no gate.
    const mixture = this.mix(this.half, personal?.gate ?? base?.gate ?? null);
    mixture.gate.adoptHalf(this.mixture.gate);
    this.mixture = mixture;
    earlier?.network.dispose();
    return personal?.description ?? base?.description ?? 'no network';
  }

  /**
   * @param signal aborts the opening
   * @throws Error with one sentence, by rejecting
   */
  async openHalf(choice: HalfChoice, signal: AbortSignal): Promise<OpenedHalf> {
    const told: { latest: ModelStatus | null } = { latest: null };
    const opened = await openHalf(choice, {
      tokenizer: this.tokenizer,
      llamaPath: this.llamaPath,
      signal,
      onStatus: (status) => {
        told.latest = status;
        // Only the half in use is reported.
        if (this.half !== null && this.statuses.get(this.half) === told) {
          this.onStatus({ ...status, kind: 'modelStatus', model: 'half' });
        }
      },
    });
    this.statuses.set(opened, told);
    return opened;
  }

  /**
   * Replaces the language-model half with an opened one, or removes it. What the gate learned about the old half is forgotten.
   * @returns what the user is told, and why the half does not answer yet, if it does not; empty and null without a half
   */
  useHalf(half: OpenedHalf | null): UsedHalf {
    const mixture = this.mix(half, this.mixture.gate.parameters);
    mixture.gate.forgetHalf();
    this.mixture = mixture;
    this.half?.expert.dispose();
    this.half = half;
    const latest = half && this.statuses.get(half)?.latest;
    const away = latest?.state === 'away' ? latest.message : null;
    return { description: half?.description ?? '', away };
  }

  /** As {@link openHalf}. */
  openMasked(choice: MaskedChoice, signal: AbortSignal): Promise<OpenedMasked> {
    return openMasked(choice, {
      processPath: this.onnxPath,
      signal,
      onStatus: (status) => {
        this.onStatus({ ...status, kind: 'modelStatus', model: 'masked' });
      },
    });
  }

  /** Replaces the masked model with an opened one, or removes it. */
  useMasked(masked: OpenedMasked | null): void {
    this.masked?.dispose();
    this.masked = masked;
  }

  private mix(half: OpenedHalf | null, gate: Float32Array | null): Mixture {
    const networks = Object.values(this.networks).flatMap((loaded) => loaded?.network ?? []);
    const { workspace } = (this.mixture as Mixture | undefined) ?? {};
    return new Mixture({
      kinds: this.kinds,
      endOfTextId: this.tokenizer.endOfTextId,
      networks,
      half: half?.expert ?? null,
      gate,
      ...(workspace && { workspace }),
    });
  }

  private loadBase(path: string | null): LoadedNetwork | null {
    if (path === null) {
      return null;
    }
    try {
      return this.load(path, 'base');
    } catch (error) {
      this.warn(`Suggestions work without the base model. ${asError(error).message}`);
      return null;
    }
  }

  private load(path: string, name: NetworkRole): LoadedNetwork {
    const { config, weights, gate } = decodeMixable(readModel(path), basename(path), this.tokenizer);
    return {
      network: createKernelNetwork(config, weights, name, this.kernelBytes),
      gate,
      description: `${describeKind(config)} ${config.hiddenSize}, ${(countParameters(config) / 1e6).toFixed(1)} M parameters`,
    };
  }
}

function readModel(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const detail = asError(error).message;
    throw new Error(
      `The model file ${path} cannot be read (${detail}). Check that it exists, or train again.`,
      {
        cause: error,
      },
    );
  }
}
