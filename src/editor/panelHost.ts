/** The settings panel: what it shows of settings, cursor and training. */
import * as vscode from 'vscode';
import type { GeneratorClient } from '../completion/generatorClient';
import { asError } from '../protocol/asError';
import {
  parseFromPanel,
  type FromPanel,
  type PanelInspection,
  type ToPanel,
} from '../protocol/panelProtocol';
import type { Configuration } from './configuration';
import type { FollowedModels } from './followedModels';
import { inspectCursor } from './inspectCursor';
import { languageModelLines, maskedModelLine } from './languageModelLines';
import type { LastTextEditor } from './lastTextEditor';
import { showFailure } from './notifications';
import { isSamplingName, panelSettings, SAMPLING_NAMES } from './panelSettings';
import { PanelWindow } from './panelWindow';
import { parseSetting } from './settings';
import type { TrainingSession } from './trainingSession';

/** The panel waits this long after the last key or cursor movement, so that it never competes with ghost text. */
const QUIET_MILLISECONDS = 250;
const CANDIDATES = 8;
const COMMANDS = {
  train: 'understudy.trainOnWorkspace',
  pause: 'understudy.pauseTraining',
  resume: 'understudy.resumeTraining',
  cancel: 'understudy.cancelTraining',
  choose: 'understudy.chooseLanguageModel',
} as const;

export class PanelHost implements vscode.Disposable {
  private panel: vscode.WebviewPanel | null = null;
  private timer: NodeJS.Timeout | undefined;
  private asking: AbortController | null = null;
  /** Whether a page that is still being loaded is to begin at the training. */
  private beginsAtTraining = false;
  /** Settings are written in turn, as each looks first at where the value in force stands, which the one before may change. */
  private writing: Promise<unknown> = Promise.resolve();
  private readonly disposable: vscode.Disposable;
  private readonly window: PanelWindow;

  constructor(
    extensionUri: vscode.Uri,
    private readonly generator: Pick<GeneratorClient, 'inspect'>,
    private readonly configuration: Configuration,
    private readonly training: TrainingSession,
    private readonly lastEditor: LastTextEditor,
    private readonly models: Pick<FollowedModels, 'languageModel' | 'maskedModel'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.window = new PanelWindow(
      extensionUri,
      (panel) => {
        this.adopt(panel);
      },
      log,
    );
    this.disposable = vscode.Disposable.from(
      this.window,
      lastEditor.onDidChange(() => {
        this.inspectSoon();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (textEditor === this.lastEditor.current) {
          this.inspectSoon();
        }
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('understudy.sampling')) {
          this.sendSettings();
          this.inspectSoon();
        }
      }),
      training.onDidChange(() => {
        this.post({ kind: 'training', training: this.training.view() });
      }),
    );
  }

  /** Shows again what the models predict, e.g. after one was loaded. */
  refresh(): void {
    this.sendLanguageModel(null);
    this.inspectSoon();
  }

  /** Opens the panel at its part on training. */
  showTraining(): void {
    // VS Code loads the page again when it comes into view.
    this.beginsAtTraining = this.panel?.visible !== true;
    this.post({ kind: 'revealTraining' });
    this.show();
  }

  show(): void {
    if (this.panel !== null) {
      this.panel.reveal(undefined, false);
      return;
    }
    this.window.open({ viewColumn: vscode.ViewColumn.Beside, preserveFocus: false });
  }

  /** Opens the panel anew where it was open before this extension host started, and has come into view. */
  restore(): void {
    this.window.replaceEarlier();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.panel?.dispose();
    this.disposable.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    panel.webview.onDidReceiveMessage((message: unknown) => {
      void this.receive(message);
    });
    panel.onDidChangeViewState(() => {
      this.inspectSoon();
    });
    panel.onDidDispose(() => {
      if (this.panel === panel) {
        this.panel = null;
        clearTimeout(this.timer);
        this.asking?.abort();
      }
    });
  }

  /** A page that comes into view is loaded anew, and asks for everything. */
  private post(message: ToPanel): void {
    if (this.panel?.visible === true) {
      void this.panel.webview.postMessage(message);
    }
  }

  private async receive(given: unknown): Promise<void> {
    try {
      await this.act(parseFromPanel(given));
    } catch (error) {
      // VS Code's error says why a setting could not be written.
      showFailure(error, this.log);
      this.sendSettings();
    }
  }

  private async act(message: FromPanel): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.sendSettings();
        this.post({ kind: 'training', training: this.training.view() });
        this.sendLanguageModel(null);
        if (this.beginsAtTraining) {
          this.beginsAtTraining = false;
          this.post({ kind: 'revealTraining' });
        }
        await this.inspect();
        break;
      case 'setSetting':
        await this.inTurn(() => this.setSetting(message.name, message.value));
        break;
      case 'resetSettings':
        await this.inTurn(() => this.resetSettings());
        break;
      case 'sampleAgain':
        await this.inspect();
        break;
      case 'run':
        await vscode.commands.executeCommand(COMMANDS[message.command]);
        break;
    }
  }

  private inTurn(write: () => Promise<void>): Promise<void> {
    const written = this.writing.then(write);
    this.writing = written.catch(() => undefined);
    return written;
  }

  private async setSetting(name: string, given: unknown): Promise<void> {
    if (!isSamplingName(name)) {
      return;
    }
    try {
      const { value } = parseSetting(name, given);
      await this.configuration.update(name, value);
    } finally {
      // Sent even if the setting stays as it was: the page still shows the typed value, which may have been corrected.
      this.sendSettings({ answered: name });
    }
  }

  private async resetSettings(): Promise<void> {
    for (const name of SAMPLING_NAMES) {
      await this.configuration.reset(name);
    }
    this.sendSettings({ isReset: true });
  }

  private sendSettings(
    news: Pick<Extract<ToPanel, { kind: 'settings' }>, 'answered' | 'isReset'> = {},
  ): void {
    const settings = panelSettings(vscode.l10n.t, (name) => this.configuration.get(name));
    this.post({ kind: 'settings', settings, ...news });
  }

  /** @param weight of the model among the networks, 0 to 1; null while it is unknown */
  private sendLanguageModel(weight: number | null): void {
    const { t } = vscode.l10n;
    const masked = maskedModelLine(t, this.models.maskedModel.state);
    const lines = languageModelLines(t, this.models.languageModel.state, weight);
    this.post({ kind: 'languageModel', lines: masked === null ? lines : [...lines, masked] });
  }

  private inspectSoon(): void {
    clearTimeout(this.timer);
    if (this.panel?.visible === true) {
      this.timer = setTimeout(() => {
        void this.inspect();
      }, QUIET_MILLISECONDS);
    }
  }

  /** The newest request wins. Never rejects: a failure is shown in the panel. */
  private async inspect(): Promise<void> {
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    let inspection: PanelInspection;
    try {
      inspection = await inspectCursor(this.lastEditor.current, async (document) => {
        const { values: sampling } = this.configuration.sampling();
        const question = { document, sampling, topCount: CANDIDATES };
        const response = await this.generator.inspect(question, asking.signal);
        this.sendLanguageModel(response.halfWeight);
        return response;
      });
    } catch (error) {
      if (!asking.signal.aborted) {
        this.log.error(asError(error));
      }
      inspection = {
        state: 'none',
        message: vscode.l10n.t('Suggestions failed; Understudy: Show Log tells more.'),
      };
    }
    if (!asking.signal.aborted) {
      this.post({ kind: 'inspection', inspection });
    }
  }
}
