/** The keys of language-model servers, in VS Code's secret storage: one an origin, so that none is sent to another server. */
import type * as vscode from 'vscode';

const PREFIX = 'understudy.languageModelKey ';

export class LanguageModelKeys {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  /** @param address an http or https address, checked */
  get(address: string): Thenable<string | undefined> {
    return this.secrets.get(nameOf(address));
  }

  /** An empty key forgets the present one. */
  async set(address: string, key: string): Promise<void> {
    await (key === '' ? this.secrets.delete(nameOf(address)) : this.secrets.store(nameOf(address), key));
  }
}

const nameOf = (address: string): string => PREFIX + new URL(address).origin;
