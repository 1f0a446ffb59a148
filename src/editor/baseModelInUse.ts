/** The base model of this machine: knows which one is in use and hands it to the generator. */
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import type { BaseModel } from '../trainer/baseModel';

const IMPORTED_CONTEXT = 'understudy.hasImportedBase';

export class BaseModelInUse {
  constructor(
    private readonly baseModel: BaseModel,
    private readonly generator: Pick<GeneratorClient, 'loadBase'>,
  ) {
    this.tell();
  }

  /** Null when there is none. */
  get path(): string | null {
    return this.baseModel.path;
  }

  /** Whether the user imported it. */
  get isImported(): boolean {
    return this.baseModel.isImported;
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
    this.tell();
    await this.generator.loadBase(this.path);
  }

  private tell(): void {
    void vscode.commands.executeCommand('setContext', IMPORTED_CONTEXT, this.isImported);
  }
}
