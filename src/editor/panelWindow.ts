/** The tab of the settings panel: its page, and how it outlives the extension host and the window. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { asError } from '../protocol/asError';
import { panelPage } from './panelPage';

const VIEW_TYPE = 'understudy.settings';

interface PanelPlace {
  readonly viewColumn: vscode.ViewColumn;
  readonly preserveFocus: boolean;
}

/**
 * Opens panels, at first also in the place of those that are there before this extension host has opened any. When a host dies, VS Code
 * keeps its panel, where what is entered reaches nobody; when the window is loaded again, the tab waits for its page. They look
 * alike, so that both are opened anew: those in view at once, those behind other tabs when they come into view, as opening brings there.
 */
export class PanelWindow implements vscode.Disposable {
  /** Null once this extension host has opened a panel. */
  private earlier: vscode.Disposable | null;
  private keeping: vscode.Disposable | null = null;

  /** @param adopt gets each panel that is opened here or that VS Code gives back */
  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly adopt: (panel: vscode.WebviewPanel) => void,
    private readonly log: Pick<vscode.LogOutputChannel, 'error'>,
  ) {
    this.earlier = vscode.window.tabGroups.onDidChangeTabs(() => {
      this.replaceEarlier();
    });
  }

  /** Does nothing where no panel of an earlier extension host is in view. */
  replaceEarlier(): void {
    const seen = panelTabs().find(({ isActive }) => isActive);
    if (this.earlier !== null && seen !== undefined) {
      this.open({ viewColumn: seen.group.viewColumn, preserveFocus: true });
    }
  }

  open(place: PanelPlace): void {
    this.load(vscode.window.createWebviewPanel(VIEW_TYPE, vscode.l10n.t('Understudy Settings'), place));
    if (this.earlier !== null) {
      this.earlier.dispose();
      this.earlier = null;
      // The new panel is not among them yet.
      this.keepAfterClosing(panelTabs()).catch((error: unknown) => {
        this.log.error(asError(error));
      });
    }
  }

  dispose(): void {
    this.earlier?.dispose();
    this.keeping?.dispose();
  }

  /** Has VS Code keep the tab when the window is loaded again; not before, as it would then give back what is closed here. */
  private async keepAfterClosing(earlier: readonly vscode.Tab[]): Promise<void> {
    await vscode.window.tabGroups.close(earlier, true);
    this.keeping = vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: (kept) => {
        this.load(kept);
        return Promise.resolve();
      },
    });
  }

  private load(panel: vscode.WebviewPanel): void {
    this.adopt(panel);
    const media = vscode.Uri.joinPath(this.extensionUri, 'media');
    const { webview } = panel;
    panel.iconPath = vscode.Uri.joinPath(media, 'icon.png');
    webview.options = { enableScripts: true, localResourceRoots: [media] };
    webview.html = panelPage(vscode.l10n.t, {
      language: vscode.env.language,
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('hex'),
      scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(media, 'panel.js')).toString(),
      styleUri: webview.asWebviewUri(vscode.Uri.joinPath(media, 'panel.css')).toString(),
    });
  }
}

/** Those of this extension host, and of earlier ones. */
function panelTabs(): vscode.Tab[] {
  return (
    vscode.window.tabGroups.all
      .flatMap(({ tabs }) => tabs)
      // VS Code puts a word of its own before the type.
      .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(VIEW_TYPE))
  );
}
