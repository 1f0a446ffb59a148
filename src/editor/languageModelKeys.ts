/** The keys of language-model servers, in VS Code's secret storage: one per server, so that none is sent to another. */
import type * as vscode from 'vscode';
import { serverName } from './serverName';

const PREFIX = 'understudy.languageModelKey ';

export class LanguageModelKeys {
  /** @param remote see {@link serverName} */
  constructor(
    private readonly secrets: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>,
    private readonly remote: string | null,
  ) {}

  /** @param address a checked http or https address */
  get(address: string): Thenable<string | undefined> {
    return this.secrets.get(this.nameOf(address));
  }

  /** An empty key deletes the stored one. */
  async set(address: string, key: string): Promise<void> {
    const name = this.nameOf(address);
    await (key === '' ? this.secrets.delete(name) : this.secrets.store(name, key));
  }

  private nameOf(address: string): string {
    return PREFIX + serverName(address, this.remote);
  }
}
