import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { Configuration } from '../../../../src/editor/configuration.js';
import type { FollowedModels } from '../../../../src/editor/followedModels.js';
import { LastTextEditor } from '../../../../src/editor/lastTextEditor.js';
import { PanelHost } from '../../../../src/editor/panelHost.js';
import { PanelWindow } from '../../../../src/editor/panelWindow.js';
import type { TrainingSession } from '../../../../src/editor/trainingSession.js';
import type { ToPanel } from '../../../../src/protocol/panelProtocol.js';
import { closeAll, openDraft, triggerUntilGhostText } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';

const sampling = (name: string): unknown =>
  vscode.workspace.getConfiguration('understudy.sampling').get(name);

describe('The settings panel', () => {
  before(needsKeyboard);
  before(async () => {
    await openDraft('draft.md', '# Draft\n\nThe lamp in the east window of █\n');
    await triggerUntilGhostText('Marrowfield House');
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    await waitFor('the panel', async () => (await theWindow.panelText()).includes('Temperature'));
  });
  after(closeAll);

  it('shows what would come next at the cursor, with its probability and the experts', async () => {
    const text = await waitFor('the continuations', async () => {
      const now = await theWindow.panelText();
      return now.includes('draft.md, line 3') && /\d %/.test(now) && now;
    });
    assert.match(text, /Mar/);
    assert.match(text, /Weight of each expert here/);
  });

  it('writes a changed value into the setting', async () => {
    await theWindow.panelFill('Temperature', '0.35');
    await waitFor('the setting', () => sampling('temperature') === 0.35);
  });

  it('returns every setting to its default, wherever it was set', async () => {
    const { Global, Workspace } = vscode.ConfigurationTarget;
    for (const target of [Global, Workspace]) {
      await vscode.workspace.getConfiguration('understudy.sampling').update('topK', 7, target);
    }
    await theWindow.panelPress('Return to Defaults');
    await waitFor('the defaults', () => sampling('temperature') === 0.8 && sampling('topK') === 40);
    await waitFor('the sentence on them', async () =>
      (await theWindow.panelText()).includes('All values are at their defaults.'),
    );
    // The page draws the fields again with the defaults, which would take back what a field was left with meanwhile.
    await theWindow.idle();
  });

  it('takes every step of an arrow key that is held down', async () => {
    await theWindow.panelKeys('Temperature', 'ArrowUp', 15);
    await waitFor(
      'the setting',
      () => sampling('temperature') === 0.95,
      5000,
      () => `it is ${String(sampling('temperature'))}`,
    );
  });

  it('returns to its default also what was entered a moment ago', async () => {
    for (let round = 0; round < 5; round++) {
      await theWindow.panelFill('Top-k', '7');
      await theWindow.panelPress('Return to Defaults');
      // Written after the defaults, so that these are there once it is.
      await theWindow.panelFill('Length', String(100 + round));
      await waitFor('the setting', () => sampling('maxNewTokens') === 100 + round);
      assert.equal(sampling('topK'), 40);
    }
    await theWindow.panelPress('Return to Defaults');
    await waitFor('the defaults', () => sampling('maxNewTokens') === 120);
  });

  it('shows the allowed range when a value is outside it, and leaves the setting', async () => {
    await theWindow.panelFill('Temperature', '9');
    await waitFor('the sentence', async () =>
      (await theWindow.panelText()).includes('Enter a number from 0.05 to 2'),
    );
    assert.equal(sampling('temperature'), 0.8);
  });

  it('has no accessibility problem that axe-core finds', async () => {
    assert.deepEqual(await theWindow.panelBarriers(), []);
  });

  for (const theme of [
    'Visual Studio Light',
    'Abyss',
    'Solarized Light',
    'Default High Contrast',
    'Default High Contrast Light',
  ]) {
    it(`can be seen in the theme ${theme}`, async () => {
      const workbench = vscode.workspace.getConfiguration('workbench');
      const before = workbench.inspect('colorTheme')?.globalValue;
      await workbench.update('colorTheme', theme, vscode.ConfigurationTarget.Global);
      try {
        const { field, mark, placeholder } = await waitFor('the theme', async () => {
          const now = await theWindow.panelContrasts();
          return now.theme === theme && now;
        });
        const isHighContrast = theme.includes('High Contrast');
        assert.ok(field > (isHighContrast ? 3 : 1.15), `fields have a contrast of ${field}`);
        assert.ok(mark >= 3, `bars have a contrast of ${mark}`);
        assert.ok(
          placeholder >= (isHighContrast ? 4.5 : 3),
          `the placeholder has a contrast of ${placeholder}`,
        );
        if (isHighContrast) {
          assert.deepEqual(await theWindow.panelBarriers(), []);
        }
      } finally {
        await workbench.update('colorTheme', before, vscode.ConfigurationTarget.Global);
      }
    });
  }

  it('is about the text beside it also if it had the focus already when the extension host started', async () => {
    await vscode.commands.executeCommand('understudy.openSettingsPanel');
    await waitFor('the focus', () => vscode.window.activeTextEditor === undefined);
    const lastEditor = new LastTextEditor();
    lastEditor.dispose();
    assert.match(String(lastEditor.current?.document.uri), /draft\.md$/);
  });

  it('is posted nothing while it is behind another tab, as its page is loaded anew when it comes into view', async () => {
    const { createWebviewPanel } = vscode.window;
    const posted: ToPanel[] = [];
    let panel: vscode.WebviewPanel | undefined;
    vscode.window.createWebviewPanel = (...given) => {
      panel = createWebviewPanel(...given);
      panel.webview.postMessage = (message: ToPanel) => {
        posted.push(message);
        return Promise.resolve(true);
      };
      return panel;
    };
    const steps = new vscode.EventEmitter<void>();
    const training = { onDidChange: steps.event, view: () => ({ phase: 'running' }) };
    const lastEditor = new LastTextEditor();
    const log = vscode.window.createOutputChannel('A panel of the tests', { log: true });
    const host = new PanelHost(
      vscode.Uri.file(''),
      { inspect: () => Promise.reject(new Error('There is no generator.')) },
      new Configuration(log),
      training as unknown as TrainingSession,
      lastEditor,
      {} as unknown as FollowedModels,
      log,
    );
    const postedAtSteps = () => {
      posted.length = 0;
      steps.fire();
      return posted.filter(({ kind }) => kind === 'training').length;
    };
    try {
      host.show();
      await waitFor('the panel', () => panel?.active);
      assert.equal(postedAtSteps(), 1);
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(), panel?.viewColumn);
      await waitFor('it behind another tab', () => panel?.visible === false);
      assert.equal(postedAtSteps(), 0);
    } finally {
      vscode.window.createWebviewPanel = createWebviewPanel;
      host.dispose();
      lastEditor.dispose();
      log.dispose();
    }
  });

  it('stays when the window is loaded again, as VS Code keeps only what the extension says that it takes back', () => {
    const takeBack = { deserializeWebviewPanel: () => Promise.resolve() };
    assert.throws(
      () => vscode.window.registerWebviewPanelSerializer('understudy.settings', takeBack),
      /already registered/,
    );
  });

  it('is opened anew where an extension host that died has left one, which hears nothing any more', async () => {
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    const { Two } = vscode.ViewColumn;
    let isOpen = true;
    const left = vscode.window.createWebviewPanel('understudy.settings', 'Left', Two);
    left.onDidDispose(() => {
      isOpen = false;
    });
    const tabOfIt = () =>
      vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find(({ label }) => label === 'Left');
    await waitFor('its tab', tabOfIt);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(), Two);
    await waitFor('its tab behind the other', () => tabOfIt()?.isActive === false);
    const opened: vscode.WebviewPanel[] = [];
    const next = new PanelWindow(vscode.Uri.file(''), (panel) => opened.push(panel), {
      error: () => undefined,
    });
    try {
      next.replaceEarlier();
      assert.equal(opened.length, 0, 'It would come before the other tab.');
      left.reveal();
      await waitFor('its end', () => !isOpen);
      await waitFor('the other in its place', () => opened[0]?.active);
      assert.equal(opened[0]?.viewColumn, Two);
      assert.equal(opened.length, 1);
    } finally {
      opened.forEach((panel) => void panel.dispose());
      next.dispose();
    }
  });
});
