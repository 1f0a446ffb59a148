/** The base model of this machine: knows which one is in use and hands it to the generator. */
import type * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import type { BaseModel } from '../trainer/baseModel';

export class BaseModelInUse {
  /**
   * @param generator starts with the shipped one
   * @param onDidChange called when another one is in use
   */
  constructor(
    private readonly baseModel: BaseModel,
    private readonly generator: Pick<GeneratorClient, 'loadBase'>,
    private readonly onDidChange: () => void,
  ) {}

  /** Null when there is none. */
  get path(): string | null {
    return this.baseModel.path;
  }

  /** Whether the user imported it. */
  get isImported(): boolean {
    return this.baseModel.isImported;
  }

  /**
   * Uses the imported one from now on, if there is one.
   * @throws Error with a sentence for the user when it cannot be used, as after an update with another tokenizer; the shipped one
   *   then stays
   */
  async start(): Promise<void> {
    this.onDidChange();
    if (this.isImported) {
      await this.generator.loadBase(this.path);
    }
  }

  /** @throws Error with a sentence for the user when the file holds no model that can be used; the present one then stays */
  async importFrom(uri: vscode.Uri): Promise<void> {
    await this.baseModel.importFrom(uri.fsPath);
    await this.use();
  }

  /** Returns to the base model that Understudy ships. */
  async useShipped(): Promise<void> {
    await this.baseModel.removeImported();
    await this.use();
  }

  private async use(): Promise<void> {
    this.onDidChange();
    await this.generator.loadBase(this.path);
  }
}
