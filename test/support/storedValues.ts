import type { Memento } from 'vscode';

/** What VS Code keeps for an extension. */
export class StoredValues implements Memento {
  readonly kept = new Map<string, unknown>();
  readonly keys = () => [...this.kept.keys()];
  get<T>(key: string, otherwise?: T): T {
    return (this.kept.get(key) ?? otherwise) as T;
  }
  update(key: string, value: unknown): Promise<void> {
    this.kept.set(key, value);
    return Promise.resolve();
  }
}
