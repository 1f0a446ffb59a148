/** The tab of the settings panel: its page, and how it outlives the extension host and the window. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panelPage } from './panelPage';

const VIEW_TYPE = 'understudy.settings';

export function openPanel(
  extensionUri: vscode.Uri,
  place: { readonly viewColumn: vscode.ViewColumn; readonly preserveFocus: boolean },
): vscode.WebviewPanel {
  const panel = vscode.window.createWebviewPanel(VIEW_TYPE, vscode.l10n.t('Understudy Settings'), place);
  loadPage(panel, extensionUri);
  return panel;
}

function loadPage(panel: vscode.WebviewPanel, extensionUri: vscode.Uri): void {
  const media = vscode.Uri.joinPath(extensionUri, 'media');
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

/**
 * Closes the panels that are there before this extension host has opened any. When a host dies, VS Code keeps its panel on the screen,
 * where what is entered reaches nobody; when the window is loaded again, the tab waits for its page. They look alike.
 * @param reopen is called before, with the column of one that is in view
 */
export async function replaceEarlierPanels(reopen: (column: vscode.ViewColumn) => void): Promise<void> {
  const earlier = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    // VS Code puts a word of its own before the type.
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(VIEW_TYPE));
  const seen = earlier.find(({ isActive }) => isActive);
  if (seen !== undefined) {
    reopen(seen.group.viewColumn);
  }
  await vscode.window.tabGroups.close(earlier, true);
}

/** Has VS Code keep the tab when the window is loaded again. */
export function keepPanels(
  extensionUri: vscode.Uri,
  adopt: (panel: vscode.WebviewPanel) => void,
): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
    deserializeWebviewPanel: (panel) => {
      adopt(panel);
      loadPage(panel, extensionUri);
      return Promise.resolve();
    },
  });
}
