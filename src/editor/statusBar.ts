/** The status-bar item. */
import * as vscode from 'vscode';
import type { Configuration } from './configuration';
import { isEnabled } from './enablement';
import type { LanguageModelState } from './languageModelHalf';
import { statusMenu, statusView, type MenuItem, type StatusState, type TrainingStatus } from './statusView';
import type { SuggestionWatch } from './suggestionWatch';

export class StatusBar implements vscode.Disposable {
  private generator: StatusState['generator'] = 'loading';
  private model: string | null = null;
  private hasPersonalModel = false;
  private training: TrainingStatus | null = null;
  private interrupted: StatusState['interrupted'] = null;
  private languageModel: StatusState['languageModel'] = null;
  private maskedAway: StatusState['maskedAway'] = null;
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

  setGenerator(generator: StatusState['generator'], model: string | null, hasPersonalModel: boolean): void {
    this.generator = generator;
    this.model = model;
    this.hasPersonalModel = hasPersonalModel;
    this.refresh();
  }

  setLanguageModel(state: LanguageModelState | null): void {
    this.languageModel = state;
    this.refresh();
  }

  setMaskedAway(sentence: StatusState['maskedAway']): void {
    this.maskedAway = sentence;
    this.refresh();
  }

  setTraining(training: TrainingStatus | null): void {
    this.training = training;
    this.refresh();
  }

  setInterrupted(interrupted: StatusState['interrupted']): void {
    this.interrupted = interrupted;
    this.refresh();
  }

  menu(): MenuItem[] {
    // Opening the menu counts as having read the item's news; the menu offers what to do about it.
    this.setInterrupted(this.interrupted && 'known');
    return statusMenu(vscode.l10n.t, this.state());
  }

  dispose(): void {
    this.disposable.dispose();
  }

  private state(): StatusState {
    const document = vscode.window.activeTextEditor?.document;
    const enablement = this.configuration.enablement(document);
    return {
      generator: this.generator,
      model: this.model,
      hasPersonalModel: this.hasPersonalModel,
      languageModel: this.languageModel,
      maskedAway: this.maskedAway,
      training: this.training,
      interrupted: this.interrupted,
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
