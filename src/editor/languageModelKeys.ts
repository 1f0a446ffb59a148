/** The keys of language-model servers, in VS Code's secret storage: one per origin, so that none is sent to another server. */
import type * as vscode from 'vscode';

const PREFIX = 'understudy.languageModelKey ';

export class LanguageModelKeys {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  /** @param address a checked http or https address */
  get(address: string): Thenable<string | undefined> {
    return this.secrets.get(nameOf(address));
  }

  /** An empty key deletes the stored one. */
  async set(address: string, key: string): Promise<void> {
    await (key === '' ? this.secrets.delete(nameOf(address)) : this.secrets.store(nameOf(address), key));
  }
}

const nameOf = (address: string): string => PREFIX + new URL(address).origin;
