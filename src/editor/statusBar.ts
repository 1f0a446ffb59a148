/** The status-bar item. */
import * as vscode from 'vscode';
import type { Configuration } from './configuration';
import { isEnabled } from './enablement';
import { statusMenu, statusView, type MenuItem, type StatusState } from './statusView';
import type { SuggestionWatch } from './suggestionWatch';

/** All but what it finds out by itself. */
type Told = Omit<StatusState, 'enabled' | 'language' | 'counts'>;

export class StatusBar implements vscode.Disposable {
  private told: Told = {
    generator: 'loading',
    model: null,
    hasPersonalModel: false,
    languageModel: null,
    maskedAway: null,
    training: null,
    interrupted: null,
  };
  private readonly item = vscode.window.createStatusBarItem(
    'understudy.status',
    vscode.StatusBarAlignment.Right,
    100,
  );
  private readonly disposable: vscode.Disposable;

  constructor(
    private readonly configuration: Configuration,
    private readonly watch: SuggestionWatch,
  ) {
    this.item.name = 'Understudy';
    this.item.command = 'understudy.showMenu';
    const refresh = (): void => {
      this.refresh();
    };
    this.disposable = vscode.Disposable.from(
      this.item,
      watch.onDidChange(refresh),
      vscode.window.onDidChangeActiveTextEditor(refresh),
      vscode.workspace.onDidOpenTextDocument(refresh),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('understudy.enable')) {
          this.refresh();
        }
      }),
    );
    this.refresh();
    this.item.show();
  }

  /** Takes what has changed of the parts that the item tells of. */
  tell(change: Partial<Told>): void {
    this.told = { ...this.told, ...change };
    this.refresh();
  }

  /** Whether the item tells of news that the user has not read. */
  get hasNews(): boolean {
    return this.told.interrupted === 'news';
  }

  menu(): MenuItem[] {
    // Opening the menu counts as having read the item's news; the menu offers what to do about it.
    this.tell({ interrupted: this.told.interrupted && 'known' });
    return statusMenu(vscode.l10n.t, this.state());
  }

  dispose(): void {
    this.disposable.dispose();
  }

  private state(): StatusState {
    const document = vscode.window.activeTextEditor?.document;
    const enablement = this.configuration.enablement(document);
    return {
      ...this.told,
      enabled: enablement['*'],
      language:
        document === undefined
          ? null
          : { id: document.languageId, enabled: isEnabled(enablement, document.languageId) },
      counts: this.watch.tally.counts,
    };
  }

  private refresh(): void {
    const view = statusView(vscode.l10n.t, this.state());
    this.item.text = view.text;
    this.item.tooltip = view.tooltip.join('\n');
    this.item.accessibilityInformation = { label: view.accessibleName, role: 'button' };
    this.item.backgroundColor = view.isError
      ? new vscode.ThemeColor('statusBarItem.errorBackground')
      : undefined;
  }
}
