import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { closeAll, ghostTextBeginning, openDraft, triggerUntilGhostText } from '../../support/editing.js';
import { needsKeyboard, theWindow } from '../../support/theWindow.js';
import { waitFor } from '../../support/waitFor.js';
import { told } from '../../support/told.js';

const { extensionPath } = vscode.extensions.getExtension('understudy.understudy')!;
const fixture = (name: string): string => join(extensionPath, 'test', 'fixtures', 'keras', name);
const choose = (setting: unknown): Thenable<unknown> =>
  vscode.commands.executeCommand('understudy.chooseLanguageModel', setting);
const importModel = (name: string, use?: string): Thenable<unknown> =>
  vscode.commands.executeCommand('understudy.importModel', {
    source: vscode.Uri.file(fixture(name)),
    ...(use !== undefined && { use }),
  });
const chosen = (): unknown =>
  vscode.workspace.getConfiguration().inspect('understudy.languageModel')?.globalValue;
const panelSays = async (part: string): Promise<void> => {
  await vscode.commands.executeCommand('understudy.openSettingsPanel');
  await waitFor(`"${part}" in the panel`, async () => (await theWindow.panelText()).includes(part));
};

/** Picks the item at an index of the list that `work` shows; returns the labels of all. */
async function picking(index: number, work: () => Thenable<unknown>): Promise<string[]> {
  const { showQuickPick } = vscode.window;
  let offered: readonly vscode.QuickPickItem[] = [];
  const replacement = async (
    items: readonly vscode.QuickPickItem[] | Thenable<readonly vscode.QuickPickItem[]>,
  ) => {
    offered = await items;
    return offered[index];
  };
  vscode.window.showQuickPick = replacement as unknown as typeof showQuickPick;
  try {
    await work();
  } finally {
    vscode.window.showQuickPick = showQuickPick;
  }
  return offered.map(({ label }) => label);
}

describe('A Keras model', () => {
  before(needsKeyboard);
  before(async () => {
    await openDraft('draft.md', '# Draft\n\nThe lamp in the east window of █\n');
    await triggerUntilGhostText('Marrowfield House');
  });
  afterEach(async () => {
    await vscode.commands.executeCommand('notifications.clearAll');
    await closeAll();
  });
  after(() => choose({}));

  it('is opened with the vocabulary beside it, is named in the panel, and suggestions go on', async () => {
    await choose({ file: fixture('gpt.keras') });
    assert.deepEqual(chosen(), { file: fixture('gpt.keras') });
    await told('From now on, gpt.keras predicts beside the networks');
    await panelSays('gpt.keras: gpt.keras with gpt.characters.json (Keras; ');
    await openDraft('draft.md', '# Draft\n\n█\n');
    await theWindow.type('The lamp in the east window of ');
    await ghostTextBeginning('Marrowfield House');
    await panelSays('earned by what you write');
  });

  it('that contains code is refused by name, and the current one stays', async () => {
    await choose({ file: fixture('refused/lambda.keras') });
    await told('lambda.keras');
    assert.deepEqual(chosen(), { file: fixture('gpt.keras') });
    await panelSays('gpt.keras: gpt.keras with');
  });

  it('is offered again until its file is gone, as on another machine', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'understudy-model-'));
    const offered = () => picking(0, () => choose(undefined));
    for (const part of ['keras', 'characters.json']) {
      await copyFile(fixture(`gpt.${part}`), join(folder, `lent.${part}`));
    }
    await choose({ file: join(folder, 'lent.keras') });
    await choose({});
    assert.ok((await offered()).includes('lent.keras'));
    await rm(folder, { recursive: true });
    assert.ok(!(await offered()).includes('lent.keras'));
  });

  it('is imported in the role that the user picks', async () => {
    await choose({});
    const offered = await picking(2, () => importModel('gpt.keras'));
    assert.deepEqual(offered, [
      'The Model of This Workspace',
      'The Base Model on This Machine',
      'A Language Model beside the Networks',
    ]);
    assert.deepEqual(chosen(), { file: fixture('gpt.keras') });
    await picking(0, () => importModel('gpt.keras'));
    await told('choose it as language model instead');
  });

  it('is the base model of the machine until the user returns to the shipped one', async () => {
    await importModel('gpt.keras', 'base');
    await told('its layers are not those of the personal network');
    await vscode.commands.executeCommand('understudy.useShippedBaseModel');
    await told('The base model is already the one that comes with Understudy.');
    await importModel('cluster.keras', 'base');
    await told('cluster.keras is the base model on this machine from now on');
    await openDraft('draft.md', '# Draft\n\n█\n');
    await theWindow.type('The lamp in the east window of ');
    // This model has read little and is less sure, so its suggestion may be shorter.
    await ghostTextBeginning('Marrowfield');
    await vscode.commands.executeCommand('understudy.useShippedBaseModel');
    await told('From now on, the base model that comes with Understudy is used.');
  });
});
