/** The personal model of this workspace: where it lies, and whether the generator uses it. */
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import writeFileAtomic from 'write-file-atomic';
import type { GeneratorClient } from '../completion/generatorClient';
import { decodeCheckpoint } from '../model/checkpoint/checkpoint';
import type { NetworkConfig } from '../model/networkConfig';

const LOADED_CONTEXT = 'understudy.hasModel';

export type NetworkShape = Omit<NetworkConfig, 'vocabSize'>;

/** A file that holds a model, and whether training for a shape can go on from it. */
export interface StartingPoint {
  readonly path: string | null;
  readonly fits: boolean;
}

export class PersonalModel implements vscode.Disposable {
  private state: { readonly path: string; readonly description: string } | null = null;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  /** @param folder null when no folder is open, so that nothing can be kept */
  constructor(
    private readonly folder: string | null,
    private readonly generator: Pick<GeneratorClient, 'loadModel'>,
  ) {}

  /** Null when this workspace has no model. */
  get path(): string | null {
    return this.state?.path ?? null;
  }

  get description(): string | null {
    return this.state?.description ?? null;
  }

  /** Where a training writes. */
  async places(): Promise<{ modelPath: string; resumePath: string }> {
    const folder = this.requireFolder();
    await mkdir(folder, { recursive: true });
    return {
      modelPath: join(folder, 'personal.safetensors'),
      resumePath: join(folder, 'resume.safetensors'),
    };
  }

  /**
   * Loads the model of this workspace into the generator, or none.
   * @throws Error with a sentence for the user when it is damaged; the generator then goes on without it
   */
  async load(): Promise<void> {
    const path = this.folder === null ? null : (await this.places()).modelPath;
    const present = path !== null && (await exists(path));
    try {
      const { description } = await this.generator.loadModel(present ? path : null);
      this.set(present ? { path, description } : null);
    } catch (error) {
      this.set(null);
      await this.generator.loadModel(null);
      throw error;
    }
  }

  /** The model that a training for this shape starts from: this one, or else the base model when it fits. */
  async startingPoint(shape: NetworkShape, baseModel: string | null): Promise<StartingPoint> {
    for (const path of [this.path, baseModel]) {
      if (path !== null && sameShape(shape, decodeCheckpoint(await readFile(path), path).config)) {
        return { path, fits: true };
      }
    }
    return { path: this.path, fits: false };
  }

  async delete(): Promise<void> {
    const { modelPath, resumePath } = await this.places();
    await rm(modelPath, { force: true });
    await rm(resumePath, { force: true });
    await this.load();
  }

  async exportTo(uri: vscode.Uri): Promise<void> {
    const { modelPath } = await this.places();
    await vscode.workspace.fs.writeFile(uri, await readFile(modelPath));
  }

  /** @throws CheckpointError when the file holds no model that can be used; the present one then stays */
  async importFrom(uri: vscode.Uri): Promise<void> {
    const bytes = await vscode.workspace.fs.readFile(uri);
    decodeCheckpoint(bytes, uri.fsPath);
    const { modelPath } = await this.places();
    await writeFileAtomic(modelPath, Buffer.from(bytes));
    await this.load();
  }

  dispose(): void {
    this.changed.dispose();
  }

  private set(state: PersonalModel['state']): void {
    this.state = state;
    void vscode.commands.executeCommand('setContext', LOADED_CONTEXT, state !== null);
    this.changed.fire();
  }

  private requireFolder(): string {
    if (this.folder === null) {
      throw new Error(
        vscode.l10n.t(
          'A model belongs to a workspace, and no folder is open; open one with File: Open Folder.',
        ),
      );
    }
    return this.folder;
  }
}

function sameShape(wanted: NetworkShape, given: NetworkShape): boolean {
  return (['architecture', 'numLayers', 'hiddenSize', 'embeddingSize'] as const).every(
    (name) => wanted[name] === given[name],
  );
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
