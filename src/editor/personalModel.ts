/** The personal model of this workspace, one for its set of folders: where it lies, and whether the generator uses it. */
import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import { decodeCheckpoint } from '../model/checkpoint/checkpoint';
import { hasShape, type NetworkShape } from '../model/networkConfig';
import { workspaceKey, type ModelPlaces, type ModelStore } from '../trainer/modelStore';
import { trainableFolders } from './trainableFolders';

const STORED_CONTEXT = 'understudy.hasModel';

/** A file that holds a model, and whether training for a shape can go on from it. */
export interface StartingPoint {
  readonly path: string | null;
  readonly fits: boolean;
}

export class PersonalModel implements vscode.Disposable {
  /** Of a stored model; `description` is null when it cannot be used. */
  private state: { readonly path: string; readonly description: string | null } | null = null;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly store: ModelStore,
    private readonly generator: Pick<GeneratorClient, 'loadModel'>,
  ) {}

  /** Whether this workspace has a model, be it damaged. */
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

  /** Where a training writes. */
  places(): Promise<ModelPlaces> {
    return this.store.remember(requireFolders());
  }

  /**
   * Loads the model of this workspace into the generator, or none.
   * @throws Error with a sentence for the user when it is damaged; the generator then goes on without it
   */
  async load(): Promise<void> {
    const folders = folderUris();
    const path = folders.length === 0 ? null : this.store.places(workspaceKey(folders)).modelPath;
    if (path === null || !(await exists(path))) {
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

  /**
   * The model that a training for this shape starts from: this one, or else the base model when it fits.
   * @param afresh passes over this one
   */
  async startingPoint(shape: NetworkShape, baseModel: string | null, afresh = false): Promise<StartingPoint> {
    for (const path of afresh ? [baseModel] : [this.path, baseModel]) {
      if (path !== null && hasShape(decodeCheckpoint(await readFile(path), path).config, shape)) {
        return { path, fits: true };
      }
    }
    return { path: afresh ? null : this.path, fits: false };
  }

  /** @throws Error with a sentence for the user when there is none, or a training is writing it */
  async delete(): Promise<void> {
    await this.store.delete(workspaceKey(requireFolders()));
    await this.load();
  }

  /** @throws Error with a sentence for the user when the model is damaged or the target cannot be written */
  async exportTo(uri: vscode.Uri): Promise<void> {
    await this.store.exportTo(workspaceKey(requireFolders()), uri.fsPath);
  }

  /** @throws Error with a sentence for the user when the file holds no model that can be used; the present one then stays */
  async importFrom(uri: vscode.Uri): Promise<void> {
    const folders = requireFolders();
    await this.store.importFrom(workspaceKey(folders), uri.fsPath);
    await this.store.remember(folders);
    await this.load();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private set(state: PersonalModel['state']): void {
    this.state = state;
    void vscode.commands.executeCommand('setContext', STORED_CONTEXT, state !== null);
    this.changed.fire();
  }
}

function folderUris(): string[] {
  return trainableFolders().map(({ uri }) => uri.toString());
}

function requireFolders(): string[] {
  const folders = folderUris();
  if (folders.length === 0) {
    throw new Error(
      vscode.l10n.t(
        'A model belongs to a workspace, and no folder is open; open one with File: Open Folder.',
      ),
    );
  }
  return folders;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
