/** Read-only documents that show which files training would read. */
import * as vscode from 'vscode';
import type { TrainingPlan } from '../protocol/trainerEvents';
import { fileListText } from './planTexts';

const SCHEME = 'understudy-files';

export class FileListDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private text = '';
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);

  provideTextDocumentContent(): string {
    return this.text;
  }

  async show(plan: TrainingPlan): Promise<void> {
    const name = vscode.l10n.t('Files to Learn From');
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.txt` });
    this.text = fileListText(vscode.l10n.t, plan);
    this.changed.fire(uri);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true, preserveFocus: true });
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
