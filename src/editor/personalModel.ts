/** The personal model of this workspace, one for its set of folders: where it lies, and whether the generator uses it. */
import { readFile, stat } from 'node:fs/promises';
import type { GeneratorClient } from '../completion/generatorClient';
import { decodeCheckpoint } from '../model/checkpoint/checkpoint';
import { hasShape, type NetworkShape } from '../model/networkConfig';
import { workspaceKey, type ModelPlaces, type ModelStore } from '../trainer/modelStore';
import type { Translate } from './translate';

/** What the model needs from the window. */
interface PersonalModelSurroundings {
  readonly t: Translate;
  /** The URIs of the folders that the workspace has now. */
  folders(): string[];
}

/** A file that holds a model, and whether training for a shape can continue from it. */
export interface StartingPoint {
  readonly path: string | null;
  readonly fits: boolean;
}

export class PersonalModel {
  /** The stored model, or null; its `description` is null when it cannot be used. */
  private state: { readonly path: string; readonly description: string | null } | null = null;
  /** When the file that was loaded last was written, in milliseconds; null where there was none. */
  private loadedFrom: number | null = null;
  /** Settles when the last load requested so far has ended. */
  private told: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: ModelStore,
    private readonly generator: Pick<GeneratorClient, 'loadModel'>,
    private readonly surroundings: PersonalModelSurroundings,
    private readonly onDidChange: () => void,
  ) {}

  /** Whether this workspace has a model, even a damaged one, as far as this window knows. */
  get isStored(): boolean {
    return this.state !== null;
  }

  /** Null when this workspace has no model that can be used. */
  get path(): string | null {
    return this.description === null ? null : this.state!.path;
  }

  get description(): string | null {
    return this.state?.description ?? null;
  }

  /** Where training writes the model, and what is to be called when it has ended: see {@link ModelStore.forgetUnused}. */
  async places(): Promise<{ readonly places: ModelPlaces; readonly forgetUnused: () => Promise<void> }> {
    const folders = this.requireFolders();
    return {
      places: await this.store.remember(folders),
      forgetUnused: () => this.store.forgetUnused(folders),
    };
  }

  /**
   * Whether there is a model now. What another window or the terminal tool has made or deleted meanwhile is loaded, or used no longer:
   * a training that knew nothing of it would put its own in its place.
   */
  async isStillStored(): Promise<boolean> {
    await this.told;
    const path = this.modelPath();
    if ((path === null ? null : await timeWritten(path)) !== this.loadedFrom) {
      // A damaged one is stored, but nothing starts from it.
      await this.load().catch(() => undefined);
    }
    return this.isStored;
  }

  /** Whether there is something to delete: the model, or what an interrupted training has kept, which holds traces of the text, too. */
  async isAnythingStored(): Promise<boolean> {
    return (await this.isStillStored()) || (await this.resumePath()) !== null;
  }

  /** Where an interrupted training has kept how far it was; null where none was interrupted. */
  async resumePath(): Promise<string | null> {
    const folders = this.surroundings.folders();
    const key = workspaceKey(folders);
    return folders.length > 0 && (await this.store.interruptedAt(key)) !== null
      ? this.store.places(key).resumePath
      : null;
  }

  /**
   * Loads the model of this workspace, or none, into the generator. Loads run one at a time, so that the last one wins.
   * @throws Error with a sentence for the user when it is damaged; the generator then goes on without it
   */
  load(): Promise<void> {
    const loading = this.told.then(() => this.loadNow());
    // The caller receives a failure; the next load runs regardless.
    this.told = loading.catch(() => undefined);
    return loading;
  }

  /**
   * The model from which training for this shape starts: this one if it fits, or else the base model if that fits.
   * @param afresh passes over this model
   */
  async startingPoint(shape: NetworkShape, baseModel: string | null, afresh = false): Promise<StartingPoint> {
    await this.isStillStored();
    for (const path of afresh ? [baseModel] : [this.path, baseModel]) {
      if (path !== null && hasShape(decodeCheckpoint(await readFile(path), path).config, shape)) {
        return { path, fits: true };
      }
    }
    return { path: afresh ? null : this.path, fits: false };
  }

  /**
   * Deletes the model and what an interrupted training has kept, unless another program has done so already.
   * @throws Error with a sentence for the user when a training is writing it, or a file cannot be deleted
   */
  async delete(): Promise<void> {
    const key = workspaceKey(this.requireFolders());
    if (await this.isAnythingStored()) {
      try {
        await this.store.delete(key);
      } catch (error) {
        // The model itself may be gone, though not all that was beside it.
        await this.isStillStored();
        throw error;
      }
      await this.load();
    }
  }

  /** @throws Error with a sentence for the user when the model is damaged or the target cannot be written */
  async exportTo(target: string): Promise<void> {
    await this.store.exportTo(workspaceKey(this.requireFolders()), target, true);
  }

  /** @throws Error with a sentence for the user when the file holds no model that can be used; the present one then stays */
  async importFrom(source: string, tokenizerPath: string): Promise<void> {
    const folders = this.requireFolders();
    await this.store.importFrom(workspaceKey(folders), source, tokenizerPath);
    await this.store.remember(folders);
    await this.load();
  }

  private async loadNow(): Promise<void> {
    const path = this.modelPath();
    this.loadedFrom = path === null ? null : await timeWritten(path);
    if (path === null || this.loadedFrom === null) {
      await this.generator.loadModel(null);
      this.set(null);
      return;
    }
    try {
      const { description } = await this.generator.loadModel(path);
      this.set({ path, description });
    } catch (error) {
      await this.generator.loadModel(null);
      this.set({ path, description: null });
      throw error;
    }
  }

  private modelPath(): string | null {
    const folders = this.surroundings.folders();
    return folders.length === 0 ? null : this.store.places(workspaceKey(folders)).modelPath;
  }

  private set(state: PersonalModel['state']): void {
    this.state = state;
    this.onDidChange();
  }

  private requireFolders(): string[] {
    const { t } = this.surroundings;
    const folders = this.surroundings.folders();
    if (folders.length === 0) {
      throw new Error(
        t('A model belongs to a workspace, and no folder is open; open one with File: Open Folder.'),
      );
    }
    return folders;
  }
}

/** Null where there is no file. */
async function timeWritten(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    // A file that may not be inspected exists; opening it reports what is wrong.
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') ? null : 0;
  }
}
