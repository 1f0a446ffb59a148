/** The base model on this machine: the shipped one, or one that the user has imported in its place. */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCheckpoint } from '../model/checkpoint/checkpoint';
import { importedModel } from './modelFile';
import { readCheckpoint } from './readModel';
import type { ShippedFiles } from './shippedFiles';
import { notWritten, patiently, removeLeftovers, saveFile } from './training/saveFile';

export type ShippedBase = Pick<ShippedFiles, 'tokenizer' | 'baseModel'>;

export class BaseModel {
  private readonly ownPath: string;

  /** @param storageFolder that of the model store */
  constructor(
    storageFolder: string,
    private readonly shipped: ShippedBase,
  ) {
    this.ownPath = join(storageFolder, 'base', 'model.safetensors');
  }

  /** The one in use; null where there is none. */
  get path(): string | null {
    return this.isImported ? this.ownPath : this.shipped.baseModel;
  }

  /** Whether it is the user's own. */
  get isImported(): boolean {
    return existsSync(this.ownPath);
  }

  /**
   * Puts a model in the place of the base model: a checkpoint, or a Keras model in the layout of an export.
   * @throws Error with a sentence for the user when it cannot be used or written; the present one then stays
   */
  async importFrom(path: string): Promise<void> {
    const { checkpoint } = await importedModel(path, this.shipped.tokenizer);
    const gate = checkpoint.gate ?? (await this.shippedGate());
    await removeLeftovers(this.ownPath);
    await saveFile(this.ownPath, encodeCheckpoint({ ...checkpoint, gate }));
  }

  /** Uses the one that Understudy comes with again. @throws Error with a sentence for the user when the other cannot be removed */
  async removeImported(): Promise<void> {
    await removeLeftovers(this.ownPath);
    await patiently(() => rm(this.ownPath, { force: true })).catch((error: unknown) => {
      throw notWritten(this.ownPath, error);
    });
  }

  /** For a model that was trained elsewhere it is a better start than none. */
  private async shippedGate(): Promise<Float32Array | null> {
    const { baseModel } = this.shipped;
    return baseModel === null ? null : (await readCheckpoint(baseModel)).gate;
  }
}
